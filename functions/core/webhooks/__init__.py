"""Webhooks: who hears of what, where they may be, and how they are told."""
