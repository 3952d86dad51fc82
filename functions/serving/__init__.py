"""Predictions by the version that is live."""
