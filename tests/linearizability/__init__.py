"""Histories of clients at work at once, and whether any order of their operations explains them."""
