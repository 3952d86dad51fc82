"""Datasets: where they come from, what they are by content, and what their profile and schema say."""
