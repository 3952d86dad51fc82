"""What was left undone, every few minutes."""
