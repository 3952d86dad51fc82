"""Sends what webhooks are to hear; the one function that reads their secrets and reaches the world."""
