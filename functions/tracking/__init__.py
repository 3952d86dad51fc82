"""Experiments, runs, metrics, inputs, outputs and uploads."""
