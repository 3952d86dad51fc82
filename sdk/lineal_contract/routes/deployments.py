"""What deployers do."""

from lineal_contract import deployments
from lineal_contract.routes.route import Route

ROLLBACK = Route(
    "rollback", "POST", "/deployments/{project}/{endpoint}/rollbacks", "deployments",
    deployments.Deployment, body=deployments.Rollback, status=201,
    summary="Put an endpoint back on a version approved before",
)  # fmt: skip
