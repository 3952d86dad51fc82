"""All routes."""

from typing import Any

from lineal_contract.routes import admin, approvals, audit, deployments, registry, serving, tokens, tracking
from lineal_contract.routes.route import Route

_FUNCTIONS = (tracking, registry, approvals, deployments, serving, tokens, audit, admin)

ROUTES: tuple[Route[Any], ...] = tuple(
    route for function in _FUNCTIONS for route in vars(function).values() if isinstance(route, Route)
)
