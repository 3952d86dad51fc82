"""Artifacts up and down, beside plain boto3."""
