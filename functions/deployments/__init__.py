"""Rolling endpoints back."""
