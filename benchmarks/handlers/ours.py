"""lineal's handlers in this process, on the local stack's database and bucket in another.

A call is what Lambda does with an event: parse, admit, do, answer. Its processor time is this process's from
the event's bytes to those of the answer; what a client does is not counted, as it is not of the peer.
"""

import json
import os
import time
from typing import Any
from urllib.parse import urlencode

from lineal.local import Identity, Stack
from lineal_contract.routes.route import Route

PROJECT = "benchmarks"
_FUNCTIONS = ("mlflow", "tracking", "registry")


class Ours:
    """Calls of handlers as the scientist of the local stack, whom API Gateway has let in."""

    def __init__(self, stack: Stack) -> None:
        environment(stack)
        from functions.mlflow.handler import handler as mlflow
        from functions.registry.handler import handler as registry
        from functions.tracking.handler import handler as tracking

        self._handlers = {"mlflow": mlflow, "tracking": tracking, "registry": registry}
        who = stack.session(Identity.SCIENTIST).client("sts", endpoint_url=stack.endpoint_url)
        self._principal = who.get_caller_identity()["Arn"]
        self._seconds = 0.0

    def cpu(self) -> float:
        """Return the seconds that calls have taken so far."""
        return self._seconds

    def send(self, method: str, path: str, body: Any = None, query: Any = None) -> Any:
        """Return what an endpoint of the MLflow surface answers."""
        key = f"{method} /mlflow/{{project}}/{{proxy+}}"
        return self._call("mlflow", key, {"proxy": f"api/2.0/mlflow/{path}"}, body, query)

    def call(self, route: Route[Any], body: Any = None, query: Any = None, **path: str) -> Any:
        """Return what a native route answers."""
        return self._call(route.function, route.key, path, body, query)

    def _call(self, function: str, key: str, path: dict[str, str], body: Any, query: Any) -> Any:
        event = {
            "version": "2.0",
            "routeKey": key,
            "rawPath": "/",
            "rawQueryString": urlencode(query or {}),
            "queryStringParameters": {name: str(value) for name, value in (query or {}).items()},
            "headers": {"content-type": "application/json"},
            "pathParameters": {"project": PROJECT, **path},
            "requestContext": {
                "requestId": "benchmark",
                "http": {"method": key.partition(" ")[0]},
                "authorizer": {"iam": {"userArn": self._principal, "accountId": "000000000000"}},
            },
            "body": None if body is None else json.dumps(body),
            "isBase64Encoded": False,
        }
        reply = self._answered(function, json.dumps(event))
        if reply["statusCode"] >= 300:
            raise SystemExit(f"{key}: {reply['statusCode']} {reply['body'][:500]}")
        return json.loads(reply["body"])

    def _answered(self, function: str, event: str) -> Any:
        before = time.process_time()
        reply = self._handlers[function](json.loads(event), None)
        json.dumps(reply)
        self._seconds += time.process_time() - before
        return reply


def environment(stack: Stack) -> None:
    """Take on what the functions' own environments say, and credentials that reach the emulator."""
    session = stack.root_session()
    client = session.client("lambda", endpoint_url=stack.endpoint_url)
    for page in client.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            variables = function.get("Environment", {}).get("Variables", {})
            os.environ |= {k: v for k, v in variables.items() if k.startswith("LINEAL_")}
    credentials = session.get_credentials().get_frozen_credentials()
    os.environ |= {
        "AWS_ENDPOINT_URL": stack.endpoint_url,
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_DEFAULT_REGION": session.region_name,
        "AWS_REGION": session.region_name,
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "benchmark",
        "POWERTOOLS_LOG_LEVEL": "ERROR",
        "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
    }
