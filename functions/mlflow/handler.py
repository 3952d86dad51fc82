"""The MLflow surface: every module registers its endpoints."""

from functions.mlflow import experiments, server
from functions.mlflow.surface import surface

__all__ = ["experiments", "handler", "server"]

handler = surface
