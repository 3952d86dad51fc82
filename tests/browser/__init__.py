"""The approvers' page in a real browser; `make browser` runs it."""
