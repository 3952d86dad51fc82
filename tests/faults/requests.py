"""Requests as the gateway hands them to functions."""

import json
from typing import Any

from lineal_contract.mlflow.endpoint import Endpoint
from lineal_contract.routes.route import Route
from tests.builders import PROJECT

Data = dict[str, Any]


def of_route(route: Route[Any], who: str, body: Data, path: dict[str, str]) -> Data:
    """Return a signed request of a route."""
    return _event(route.key, who, json.dumps(body) if body else None, path)


def of_endpoint(endpoint: Endpoint[Any, Any], who: str, body: Data) -> Data:
    """Return a signed request of an endpoint of MLflow's; `body` has what stands in its path, too."""
    proxy = endpoint.paths[0].format_map(body)
    key = f"{endpoint.method} /mlflow/{{project}}/{{proxy+}}"
    return _event(key, who, json.dumps(body), {"project": PROJECT, "proxy": proxy})


def _event(key: str, who: str, body: str | None, path: dict[str, str]) -> Data:
    return {
        "version": "2.0",
        "routeKey": key,
        "rawPath": "/",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "pathParameters": path,
        "requestContext": {
            "requestId": f"request of {who}",
            "http": {"method": key.split(" ")[0]},
            "authorizer": {
                "iam": {"userArn": f"arn:aws:iam::123456789012:user/{who}", "accountId": "123456789012"}
            },
        },
        "isBase64Encoded": False,
        "body": body,
    }
