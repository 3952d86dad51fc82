"""The MLflow surface on stores in memory, called as API Gateway calls it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

import functions.mlflow.surface
from functions.mlflow.handler import handler
from lineal_contract.ids import new_id
from tests.builders import NOW
from tests.fakes.backend import MemoryBackend

SCIENTIST = "arn:aws:iam::123456789012:user/ann"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str | None:
        """MLflow's error code, None for no error."""
        return self.json.get("error_code") if self.status >= 400 else None


class Server:
    """One project's surface."""

    def __init__(self, backend: MemoryBackend) -> None:
        self.backend = backend

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.call("POST", f"api/2.0/mlflow/{path}", body, **more)

    def get(self, path: str, query: Iterable[tuple[str, Any]] | dict[str, Any] = (), **more: Any) -> Answer:
        return self.call("GET", f"api/2.0/mlflow/{path}", query=urlencode(query), **more)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: str = "",
        project: str = "team",
        name: str | None = None,
    ) -> Answer:
        """Send an event, with a name if the client has one; a body that is no text is sent as JSON."""
        raw = body if isinstance(body, str) else json.dumps(body or {})
        event = {
            "routeKey": f"{method} /mlflow/{{project}}/{{proxy+}}",
            "rawQueryString": query,
            "headers": {} if name is None else {"idempotency-key": name},
            "pathParameters": {"project": project, "proxy": path},
            "requestContext": {
                "requestId": "request-1",
                "http": {"method": method},
                "authorizer": {"iam": {"userArn": SCIENTIST, "accountId": "123456789012"}},
            },
            "body": raw,
            "isBase64Encoded": False,
        }
        reply = handler(event, None)
        return Answer(reply["statusCode"], reply["headers"], reply["body"])

    def experiment(self, name: str = "lab") -> str:
        made: str = self.post("experiments/create", {"name": name}).json["experiment_id"]
        return made

    def run(self, **fields: Any) -> str:
        made: str = self.post("runs/create", fields).json["run"]["info"]["run_id"]
        return made


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    memory = MemoryBackend(new_id, lambda: NOW, lambda data: None)
    monkeypatch.setattr(functions.mlflow.surface, "backend", lambda: memory)
    return Server(memory)
