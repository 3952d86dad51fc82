"""A CloudTrail of one's own beside the stack, which has none: it has the records that a test puts in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.e2e.conftest import World

_PATIENCE = "100"
"""Seconds until a record is not waited for any more; a tenth of it is between two looks."""


class CloudTrail(ThreadingHTTPServer):
    """Answers LookupEvents with all its records, however they are asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.records: list[dict[str, Any]] = []
        self.looks = 0

    def events(self) -> bytes:
        """Return the answer to one look."""
        self.looks += 1
        return json.dumps({"Events": [{"CloudTrailEvent": json.dumps(r)} for r in self.records]}).encode()


class _Handler(BaseHTTPRequestHandler):
    server: CloudTrail

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.events()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def cloudtrail_of(world: World) -> Iterator[CloudTrail]:
    """Yield a CloudTrail that the function which decides for the console asks, and no other does."""
    functions = world.root("lambda")
    pages = functions.get_paginator("list_functions").paginate()
    (name,) = (
        f["FunctionName"] for page in pages for f in page["Functions"] if "Console" in f["FunctionName"]
    )
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    with CloudTrail() as trail:
        Thread(target=trail.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{trail.server_port}"
        changed = {"AWS_ENDPOINT_URL_CLOUDTRAIL": address, "LINEAL_TRAIL_PATIENCE_SECONDS": _PATIENCE}
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": before | changed}
        )
        try:
            yield trail
        finally:
            functions.update_function_configuration(FunctionName=name, Environment={"Variables": before})
            trail.shutdown()


def record_of(execution_arn: str, machine_arn: str, caller: str) -> dict[str, Any]:
    """Return the record of a start, as CloudTrail writes it."""
    _, _, _, region, account, *_ = execution_arn.split(":")
    return {
        "eventVersion": "1.09",
        "userIdentity": {"type": "IAMUser", "arn": caller, "accountId": account},
        "eventSource": "states.amazonaws.com",
        "eventName": "StartExecution",
        "awsRegion": region,
        "requestParameters": {"stateMachineArn": machine_arn, "input": "***"},
        "responseElements": {"executionArn": execution_arn},
        "eventType": "AwsApiCall",
        "recipientAccountId": account,
    }
