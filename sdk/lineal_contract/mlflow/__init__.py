"""The REST surface of MLflow that lineal answers: messages, endpoints and error codes.

Written from the published protocol; an unmodified `mlflow` client is what decides whether it is right.
"""
