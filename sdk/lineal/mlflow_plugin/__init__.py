"""What the `mlflow` client loads to sign its requests."""
