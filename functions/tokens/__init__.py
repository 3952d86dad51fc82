"""A person's own bearer tokens."""
