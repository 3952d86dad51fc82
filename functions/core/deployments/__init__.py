"""What is live, how it came to be, and the way back."""
