"""The MLflow surface: every module registers its endpoints."""

from functions.mlflow import (
    artifacts,
    batches,
    experiments,
    histories,
    inputs,
    logged_models,
    model_versions,
    registered_models,
    registry_searches,
    run_searches,
    runs,
    server,
    webhooks,
)
from functions.mlflow.surface import surface

__all__ = [
    "artifacts",
    "batches",
    "experiments",
    "handler",
    "histories",
    "inputs",
    "logged_models",
    "model_versions",
    "registered_models",
    "registry_searches",
    "run_searches",
    "runs",
    "server",
    "webhooks",
]

handler = surface
