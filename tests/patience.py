"""How long tests wait for what comes by itself."""

PATIENCE = 240.0
"""Seconds, which only a failure takes: enough on a machine with ten times as much to do as it can."""
