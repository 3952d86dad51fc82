"""One call of one route: url, query, body, answer."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ValidationError

from lineal.errors import ConfigurationError, InputError, UnexpectedAnswerError
from lineal.http.problem_errors import error_from, request_id_of
from lineal.http.transport import Request, Response, Transport
from lineal.ids import new_id
from lineal_contract.base import TOKEN_ROOT, Page
from lineal_contract.routes.route import IDEMPOTENCY_KEY, Route
from lineal_contract.validation import in_words

A = TypeVar("A", bound=BaseModel)
Item = TypeVar("Item")

logger = logging.getLogger("lineal")

_NOT_MODIFIED = 304


class Api:
    """Calls routes for one project. `storage` is the transport for presigned addresses, unsigned.

    With a `bearer` transport, routes that take tokens are called by their twins below /token. A token is for
    one project: calls about another than the client's are signed.
    """

    def __init__(
        self,
        url: str,
        project: str | None,
        transport: Transport,
        storage: Transport,
        bearer: Transport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self._project = project
        self._transport = transport
        self._bearer = bearer
        self.storage = storage

    @property
    def project(self) -> str:
        """The project that calls are about. Raises ConfigurationError where none was given."""
        if not self._project:
            raise ConfigurationError("no project: set LINEAL_PROJECT or pass project=")
        return self._project

    def call(
        self,
        route: Route[A],
        *,
        body: BaseModel | None = None,
        query: BaseModel | None = None,
        request_id: str | None = None,
        **path: str | int,
    ) -> A:
        """Return what `route` answers. Raises ApiError, TransportError or InputError.

        A `request_id` is given by who may send the same request again later; each call has its own else.
        """
        if "{project}" in route.path:
            path = {"project": self.project, **path}
        root, transport = self._way_to(route, path.get("project"))
        url = root + route.url_path(**_checked(path)) + _query_string(query)
        content = b"" if body is None else body.model_dump_json().encode()
        headers = {"Accept": "application/json"} | (
            {"Content-Type": "application/json"} if body is not None else {}
        )
        if route.once:  # the transport sends it again as it is, so that both are one request
            headers[IDEMPOTENCY_KEY] = request_id or new_id()
        return _answer(route, transport.send(Request(route.method, url, headers, content)))

    def send(self, method: str, path: str, content: bytes | None = None) -> Response:
        """Return the answer of a path of the project that no route has, such as the MLflow surface's."""
        root, transport = (
            (self.url, self._transport) if self._bearer is None else (self.url + TOKEN_ROOT, self._bearer)
        )
        headers = {"Accept": "application/json"} | (
            {} if content is None else {"Content-Type": "application/json"}
        )
        return transport.send(Request(method, root + path, headers, content or b""))

    def _way_to(self, route: Route[A], project: str | int | None) -> tuple[str, Transport]:
        if self._bearer is not None and route.takes_tokens and project == self._project:
            return self.url + TOKEN_ROOT, self._bearer
        return self.url, self._transport

    def call_if_changed(
        self, route: Route[A], *, etag: str | None, **path: str | int
    ) -> tuple[A | None, str]:
        """Return what `route` answers with its tag, or None while `etag` still holds."""
        path = {"project": self.project, **path}
        url = self.url + route.url_path(**_checked(path))
        headers = {"Accept": "application/json"} | ({"If-None-Match": etag} if etag else {})
        response = self._transport.send(Request(route.method, url, headers, b""))
        if response.status == _NOT_MODIFIED:
            return None, etag or ""
        return _answer(route, response), response.header("etag") or ""


def _checked(path: dict[str, str | int]) -> dict[str, str | int]:
    """Refuse what would give another path: a dot segment is removed on the way and names its parent."""
    for name, value in path.items():
        if str(value) in ("", ".", ".."):
            raise InputError(f"{str(value)!r} is not a {name}")
    return path


def _query_string(query: BaseModel | None) -> str:
    values = query.model_dump(mode="json", exclude_none=True) if query is not None else {}
    return "?" + urlencode(values, quote_via=quote, safe="") if values else ""


def _answer(route: Route[A], response: Response) -> A:
    logger.debug("%s: HTTP %d, request %s", route.name, response.status, request_id_of(response))
    if not response.ok:
        raise error_from(response)
    try:
        return route.answer.model_validate_json(response.body)
    except ValidationError as error:
        raise UnexpectedAnswerError(f"{route.name}: {_in_words(error)}") from error


@contextmanager
def checked_input() -> Iterator[None]:
    """Turn a contract model's refusal of what the caller passed into an InputError."""
    try:
        yield
    except ValidationError as error:
        raise InputError(_in_words(error)) from None  # its words are all there is to know


def _in_words(error: ValidationError) -> str:
    return in_words(error.errors(include_url=False, include_input=False), error.title)


def paged(fetch: Callable[[str | None], Page[Item]]) -> Iterator[Item]:
    """Yield the items of all pages; the next page is fetched when it is needed."""
    token: str | None = None
    while True:
        page = fetch(token)
        yield from page.items
        token = page.next_page_token
        if token is None:
            return


def limited(items: Iterator[Item], limit: int | None) -> Iterator[Item]:
    """Yield so many items at most, or all. Raises InputError for a limit that is none."""
    if limit is not None and (not isinstance(limit, int) or limit < 0):
        raise InputError(f"a limit is a number of items, 0 or more, not {limit!r:.80}")
    return islice(items, limit)
