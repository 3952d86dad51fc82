"""One logger. Bodies, tokens and presigned addresses are never given to it."""

from aws_lambda_powertools import Logger

logger = Logger(log_uncaught_exceptions=False)
"""Structured lines on stdout; the service's name comes from POWERTOOLS_SERVICE_NAME."""
