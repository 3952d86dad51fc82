"""Audit trails, to read."""
