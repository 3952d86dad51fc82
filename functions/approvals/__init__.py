"""Decisions: the one function that may wake a waiting workflow."""
