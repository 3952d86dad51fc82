"""Requests as API Gateway hands them to a function: payload format 2.0, signed by somebody."""

from typing import Any

from lineal_contract.routes.route import Route

ACCOUNT = "123456789012"


def user(name: str) -> str:
    """Return the ARN of a user of the account."""
    return f"arn:aws:iam::{ACCOUNT}:user/{name}"


def signed(route: Route[Any], path: dict[str, str], principal: str, request_id: str) -> dict[str, Any]:
    """Return an event that fits a route, without a body."""
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
