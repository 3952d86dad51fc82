"""The audit trail, to read."""
