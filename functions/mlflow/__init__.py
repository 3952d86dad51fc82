"""The MLflow surface: translates its messages and calls the same core as the native API."""
