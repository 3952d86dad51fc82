"""The whole surface: every endpoint, and what MLflow has and lineal does not.

API Gateway has one greedy route for each method; which endpoint a path is, this table alone says.
"""

from typing import Any

from lineal_contract.mlflow import (
    artifact_endpoints,
    experiment_endpoints,
    logged_model_endpoints,
    model_version_endpoints,
    registered_model_endpoints,
    run_endpoints,
    server,
    webhook_endpoints,
)
from lineal_contract.mlflow.endpoint import GATEWAYS, Endpoint

_MODULES = (
    server,
    experiment_endpoints,
    run_endpoints,
    artifact_endpoints,
    logged_model_endpoints,
    registered_model_endpoints,
    model_version_endpoints,
    webhook_endpoints,
)

ENDPOINTS: tuple[Endpoint[Any, Any], ...] = tuple(
    value for module in _MODULES for value in vars(module).values() if isinstance(value, Endpoint)
)

CHANGES: tuple[str, ...] = tuple(f"{gateway.method}/mlflow/*" for gateway in GATEWAYS)
"""What those may call who log and register, as `METHOD/path` patterns."""
READS: tuple[str, ...] = ("GET/mlflow/*", *(f"POST/mlflow/*/{e.path}" for e in ENDPOINTS if e.reads))
"""What those may call who only look: MLflow's searches are POSTs, and `*` spans slashes; see `paths`."""

NOT_IMPLEMENTED = (
    "graphql", "mlflow/assistant", "mlflow/datasets", "mlflow/gateway", "mlflow/gateway-proxy",
    "mlflow/get-online-trace-details", "mlflow/get-trace-artifact", "mlflow/issues", "mlflow/jobs",
    "mlflow/label-schemas", "mlflow/mcp-servers", "mlflow/prompt-optimization", "mlflow/review-queues",
    "mlflow/runs/create-promptlab-run", "mlflow/scorers", "mlflow/traces", "mlflow/unified-traces",
    "mlflow/workspaces",
)  # fmt: skip
"""Parts of MLflow that lineal does not have: what a path begins with behind its prefix."""
