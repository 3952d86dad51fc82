"""Requests as the gateway hands them to functions."""

import json
from typing import Any

from lineal_contract.digests import json_digest
from lineal_contract.mlflow.endpoint import Endpoint
from lineal_contract.routes.route import IDEMPOTENCY_KEY, Route
from tests.builders import PROJECT

Data = dict[str, Any]


def of_route(route: Route[Any], who: str, body: Data, path: dict[str, str]) -> Data:
    """Return a signed request of a route. What is done once has the same name whenever it is the same."""
    said = json.dumps(body) if body else None
    named = {IDEMPOTENCY_KEY.lower(): new_name(route.key, said, path)} if route.once else {}
    return _event(route.key, who, said, path, named)


def of_endpoint(endpoint: Endpoint[Any, Any], who: str, body: Data) -> Data:
    """Return a signed request of an endpoint of MLflow's; `body` has what stands in its path, too."""
    proxy = endpoint.paths[0].format_map(body)
    key = f"{endpoint.method} /mlflow/{{project}}/{{proxy+}}"
    return _event(key, who, json.dumps(body), {"project": PROJECT, "proxy": proxy}, {})


def new_name(*of: Any) -> str:
    """Return a name for a request."""
    return json_digest(of)[:32]


def _event(key: str, who: str, body: str | None, path: dict[str, str], headers: Data) -> Data:
    return {
        "version": "2.0",
        "routeKey": key,
        "rawPath": "/",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"} | headers,
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
