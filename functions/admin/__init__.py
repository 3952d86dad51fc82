"""People and promotion rules."""
