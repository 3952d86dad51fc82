"""Requests to the API and the errors that come back."""
