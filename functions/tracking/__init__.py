"""Runs, metrics, inputs, outputs and uploads."""
