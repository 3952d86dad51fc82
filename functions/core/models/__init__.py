"""Registered models: versions, their names, cards, lifecycle and lineage."""
