"""A server of the contract in memory, as a transport: what the SDK's tests talk to.

It checks what the SDK sends with the contract's own models and answers with them; rules it has none.
"""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel

from lineal.http.transport import FileSlice, Request, Response
from tests.gateway import matched
from tests.unit.sdk.fake.content import Content
from tests.unit.sdk.fake.experiments import Experiments
from tests.unit.sdk.fake.installation import Installation
from tests.unit.sdk.fake.releasing import Releasing
from tests.unit.sdk.fake.state import ACTOR, API_URL, PROJECT, STORAGE, Refusal

__all__ = ["ACTOR", "API_URL", "PROJECT", "FakeServer", "Refusal"]


class FakeServer(Content, Experiments, Releasing, Installation):
    """The transport; its attributes are what was stored."""

    def send(self, request: Request) -> Response:
        """Answer one request."""
        self.requests.append(request)
        if request.url.startswith(STORAGE):
            return self._storage(request)
        parts = urlsplit(request.url)
        route, values = matched(request.method, parts.path.removeprefix(urlsplit(API_URL).path))
        try:
            if route.name in self.refusals:
                raise self.refusals[route.name]
            query = {k: v[0] for k, v in parse_qs(parts.query).items()}
            asked = _parsed(route.body, request.body) or (route.query and route.query.model_validate(query))
            handler: Callable[..., BaseModel] = getattr(self, f"_{route.name}")
            answer = handler(asked, **values) if asked is not None else handler(**values)
        except Refusal as refusal:
            return Response(refusal.status, {}, refusal.problem.model_dump_json().encode())
        return Response(route.status, {}, answer.model_dump_json().encode())

    def calls(self, method: str, fragment: str) -> list[Request]:
        """The requests so far with this method and this in their address."""
        return [r for r in self.requests if r.method == method and fragment in r.url]


def _parsed(model: type[BaseModel] | None, body: bytes | FileSlice) -> BaseModel | None:
    assert isinstance(body, bytes)
    return model.model_validate_json(body) if model else None
