"""Experiments and runs: what training writes, searched and read back."""
