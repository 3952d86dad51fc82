"""What the stack writes down of requests: enough to follow one, and nothing that anybody could use."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import lineal
from lineal.client import Client
from lineal.errors import InvalidRequestError, NotFoundError
from lineal.http.polling import poll
from lineal.http.transport import Request, Response
from lineal.http.transport.http import HttpTransport
from lineal.local import Identity, Stack
from lineal.local.logs import all_lines
from lineal_contract.mlflow.artifact_endpoints import PRESIGN_DOWNLOAD, PRESIGN_UPLOAD
from lineal_contract.mlflow.artifacts import PresignDownload, PresignUpload
from lineal_contract.roles import Role, StackOutput
from tests.e2e.conftest import WAIT, World

MARK = "marked-6c1f0e"
"""Stands in every body and every query that these tests send."""
SIGNED = re.compile(r"X-Amz-(?:Signature|Credential|Security-Token)=", re.IGNORECASE)
SIGNATURE = re.compile(r"X-Amz-Signature=([0-9a-f]{64})")
_ALL = 1_000_000


class Wire:
    """Everything that the SDK sends and gets, by either transport."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[Request] = []
        self.got: list[Response] = []
        send = HttpTransport.send

        def noted(transport: HttpTransport, request: Request) -> Response:
            self.sent.append(request)
            self.got.append(send(transport, request))
            return self.got[-1]

        monkeypatch.setattr(HttpTransport, "send", noted)

    @property
    def signatures(self) -> set[str]:
        """The signatures of all presigned addresses that were given out, whether they were used or not."""
        return {
            found
            for answer in self.got
            for found in SIGNATURE.findall(answer.body.decode("utf-8", "replace"))
        }


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    return Wire(monkeypatch)


def logged(stack: Stack) -> str:
    """All that any log group has: of functions, of the API, of workflows."""
    logs = stack.root_session().client("logs", endpoint_url=stack.endpoint_url)
    groups = [g for page in logs.get_paginator("describe_log_groups").paginate() for g in page["logGroups"]]
    pages = logs.get_paginator("filter_log_events")
    lines = [
        event["message"]
        for group in groups
        for page in pages.paginate(logGroupName=group["logGroupName"])
        for event in page["events"]
    ]
    return "\n".join(lines)


def structured(stack: Stack) -> Iterator[dict[str, Any]]:
    """The functions' own lines; the others are the runtime's."""
    for line in all_lines(stack.state, _ALL, follow=False):
        if line.text.startswith("{"):
            yield json.loads(line.text)


def moved(world: World) -> Client:
    """Send bytes by presigned addresses, of this API and of MLflow's; return a caller by token."""
    token = world.scientist.tokens.create("ci", role=Role.DATA_SCIENTIST)
    bearer = Client(
        world.stack.api_url, world.project, world.stack.session(Identity.SCIENTIST), token=token.secret
    )
    (world.folder / "f").write_text(MARK)
    with lineal.run(params={"p": MARK}, tags={"t": MARK}, client=bearer) as run:
        run.log({"loss": 1.0})
        artifact = run.log_artifact(world.folder / "f")
    bearer.artifacts.fetch(artifact.files, world.folder / "back")
    path = f"{run.id}/artifacts/f"
    bearer.mlflow.call(PRESIGN_UPLOAD, PresignUpload(run_id=run.id, path=path))
    bearer.mlflow.call(PRESIGN_DOWNLOAD, PresignDownload(run_id=run.id, path="f"))
    return bearer


def refused(client: Client) -> str:
    """Send what is no request and what finds nothing; return the id of the last."""
    with pytest.raises(InvalidRequestError):
        list(client.runs.search(filter=f"params.{MARK} ="))
    with pytest.raises(NotFoundError) as caught:
        client.models.version("absent", 1)
    assert caught.value.request_id
    return caught.value.request_id


def test_no_log_has_a_body_a_token_or_a_presigned_query(world: World, wire: Wire) -> None:
    bearer = moved(world)
    pending = world.asked(world.version("m", mae=50.0))
    last = refused(bearer)
    poll(lambda: last in logged(world.stack) or None, WAIT, "the last request was never logged")

    found = logged(world.stack)
    secrets = {r.headers["Authorization"].split()[1] for r in wire.sent if "Bearer" in str(r.headers)}
    assert secrets
    assert len(wire.signatures) >= 4
    for secret in (MARK, *secrets, *wire.signatures, task_token(world, pending.id)):
        assert secret not in found
    assert SIGNED.search(found) is None


def task_token(world: World, approval_id: str) -> str:
    """The callback of a waiting approval, as only the registry has it."""
    table = world.stack.outputs[StackOutput.REGISTRY_TABLE]
    key = {"PK": {"S": f"P#{world.project}#TOKEN#{approval_id}"}, "SK": {"S": "TOKEN"}}
    return str(world.root("dynamodb").get_item(TableName=table, Key=key)["Item"])


def test_an_event_leads_to_the_call_that_caused_it(world: World, wire: Wire) -> None:
    subscriber = Subscriber(world)
    version = world.version("m", mae=50.0)
    (event,) = subscriber.wait_for("Model Version Registered")
    assert event["data"]["version"] == version.version

    cause = event["metadata"]["correlation_id"]
    (call,) = (r for r, a in zip(wire.sent, wire.got, strict=True) if a.header("x-request-id") == cause)
    assert (call.method, Path(call.url).name) == ("POST", "versions")
    poll(lambda: any(cause in str(line) for line in structured(world.stack)) or None, WAIT, "not logged")
    (line,) = (each for each in structured(world.stack) if each.get("request_id") == cause)
    assert (line["service"], line["status"]) == ("registry", 201)


class Subscriber:
    """A queue that gets all events of one project."""

    def __init__(self, world: World) -> None:
        self._sqs = world.root("sqs")
        self._url = self._sqs.create_queue(QueueName=f"events-of-{world.project}")["QueueUrl"]
        got = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        rule = {"Name": world.project, "EventBusName": world.stack.outputs[StackOutput.BUS_NAME]}
        events = world.root("events")
        pattern = {"source": ["lineal"], "detail": {"metadata": {"project": [world.project]}}}
        events.put_rule(**rule, EventPattern=json.dumps(pattern))
        target = {"Id": "queue", "Arn": got["Attributes"]["QueueArn"]}
        events.put_targets(Rule=rule["Name"], EventBusName=rule["EventBusName"], Targets=[target])
        self._events: list[dict[str, Any]] = []

    def wait_for(self, kind: str) -> list[dict[str, Any]]:
        """Return the details of the events of a kind, once there is one."""
        return poll(lambda: self._of(kind) or None, WAIT, f"no event {kind}")

    def _of(self, kind: str) -> list[dict[str, Any]]:
        found = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        self._events += [json.loads(message["Body"]) for message in found.get("Messages", [])]
        return [event["detail"] for event in self._events if event["detail-type"] == kind]
