"""The gateway's question about a bearer token."""
