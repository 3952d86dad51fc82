"""Bytes: uploaded by content address, or staged and then pinned."""
