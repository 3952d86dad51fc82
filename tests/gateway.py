"""What API Gateway does with a request: find its route, and hand it to a function as somebody's."""

import re
from typing import Any
from urllib.parse import unquote

from lineal_contract.routes.route import Route
from lineal_contract.routes.table import ROUTES

ACCOUNT = "123456789012"


def user(name: str) -> str:
    """Return the ARN of a user of the account."""
    return f"arn:aws:iam::{ACCOUNT}:user/{name}"


def signed(route: Route[Any], path: dict[str, str], principal: str, request_id: str) -> dict[str, Any]:
    """Return an event of payload format 2.0 that fits a route, without a body."""
    return {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": "/",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "pathParameters": path,
        "requestContext": {
            "requestId": request_id,
            "authorizer": {"iam": {"userArn": principal, "accountId": ACCOUNT}},
        },
        "isBase64Encoded": False,
    }


def matched(method: str, path: str) -> tuple[Route[Any], dict[str, str]]:
    """Return the route of a request, and what its path has in place of the variables."""
    for route in ROUTES:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path)
        if route.method == method and (found := re.fullmatch(pattern, path)):
            return route, {name: unquote(value) for name, value in found.groupdict().items()}
    raise AssertionError(f"no route for {method} {path}")
