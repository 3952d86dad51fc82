"""Predictions."""

from lineal_contract import deployments
from lineal_contract.routes.route import Route

INVOKE = Route(
    "invoke", "POST", "/endpoints/{project}/{endpoint}/invocations", "serving",
    deployments.Prediction, body=deployments.Invocation, summary="Predict with the live version",
)  # fmt: skip
