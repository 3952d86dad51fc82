"""Processor time of a request: lineal's handlers beside an MLflow server."""
