"""What a run records of its own making: code and environment. Never environment variables or arguments."""
