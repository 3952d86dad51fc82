"""A run while it goes on: what a training script starts, logs to and ends."""
