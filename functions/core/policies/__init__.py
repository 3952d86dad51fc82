"""Promotion rules, and trying them out."""
