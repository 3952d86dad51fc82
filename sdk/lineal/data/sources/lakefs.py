"""Data in lakeFS: the objects below a path at one commit, by the checksums that lakeFS has.

Address and credentials come from LAKECTL_SERVER_ENDPOINT_URL, LAKECTL_CREDENTIALS_ACCESS_KEY_ID and
LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY, the variables of lakeFS's own command line.
"""

import os
import re
from base64 import b64encode
from typing import Annotated, TypeVar
from urllib.parse import quote, urlencode

from pydantic import BaseModel, Field, ValidationError

from lineal.data.sources import Located
from lineal.errors import ConfigurationError, InputError, StorageError, UnexpectedAnswerError
from lineal.http.transport import Request, Transport
from lineal.http.transport.http import HttpTransport
from lineal.http.transport.retry import RetryTransport
from lineal_contract.datasets import DatasetFile

_URI = re.compile(
    r"lakefs://(?P<repository>[a-z0-9][a-z0-9-]{2,62})/(?P<ref>[^/\s]+)(?:/(?P<path>.*))?", re.DOTALL
)
_PAGE = 1_000
M = TypeVar("M", bound=BaseModel)


class _Commit(BaseModel):
    id: Annotated[str, Field(min_length=1, max_length=250)]


class _Log(BaseModel):
    results: list[_Commit]


class _Object(BaseModel):
    path: str
    checksum: str
    size_bytes: int = 0


class _Pagination(BaseModel):
    has_more: bool
    next_offset: str


class _Listing(BaseModel):
    results: list[_Object]
    pagination: _Pagination


def read_path(uri: str, *, transport: Transport | None = None) -> Located:
    """Return the object, or all objects below the path, that `lakefs://repository/ref/path` names.

    The ref is resolved first: what is recorded is the commit. Raises InputError for a URI that names nothing,
    ConfigurationError without address or credentials.
    """
    named = _URI.fullmatch(uri)
    if named is None:
        raise InputError(f"{uri!r:.200} is not lakefs://repository/ref/path")
    server = _Server(named["repository"], transport or RetryTransport(HttpTransport()))
    commit = server.commit(named["ref"])
    path = named["path"] or ""
    found = server.objects(commit, path)
    folder = path if not path or path.endswith("/") else f"{path}/"
    single = [o for o in found if o.path == path]
    below = single or [o for o in found if o.path.startswith(folder)]
    if not below:
        raise InputError(f"there is no object at {uri}")
    files = tuple(
        DatasetFile(
            path="." if single else o.path[len(folder) :],
            size=o.size_bytes,
            checksum=f"etag:{o.checksum}",
        )
        for o in below
    )
    return Located(files, uri, revision=commit)


class _Server:
    def __init__(self, repository: str, transport: Transport) -> None:
        address = os.environ.get("LAKECTL_SERVER_ENDPOINT_URL", "")
        key = os.environ.get("LAKECTL_CREDENTIALS_ACCESS_KEY_ID")
        secret = os.environ.get("LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY")
        if not (address.startswith(("https://", "http://")) and key and secret):
            raise ConfigurationError(
                "lakeFS needs LAKECTL_SERVER_ENDPOINT_URL, LAKECTL_CREDENTIALS_ACCESS_KEY_ID and "
                "LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY"
            )
        self._base = address.rstrip("/").removesuffix("/api/v1") + f"/api/v1/repositories/{repository}"
        self._authorization = "Basic " + b64encode(f"{key}:{secret}".encode()).decode()
        self._transport = transport

    def commit(self, ref: str) -> str:
        """The id of the commit that a branch, tag or commit stands for."""
        log = self._get(_Log, f"refs/{quote(ref, safe='')}/commits", amount="1")
        if not log.results:
            raise InputError(f"lakeFS has no commit at {ref}")
        return log.results[0].id

    def objects(self, commit: str, prefix: str) -> list[_Object]:
        """All objects whose path begins with `prefix`."""
        found: list[_Object] = []
        after = ""
        while True:
            page = self._get(
                _Listing, f"refs/{commit}/objects/ls", prefix=prefix, after=after, amount=str(_PAGE)
            )
            found += page.results
            if not page.pagination.has_more:
                return found
            after = page.pagination.next_offset

    def _get(self, model: type[M], path: str, **query: str) -> M:
        url = f"{self._base}/{path}?{urlencode(query, quote_via=quote)}"
        headers = {"Authorization": self._authorization, "Accept": "application/json"}
        response = self._transport.send(Request("GET", url, headers))
        if response.status == 404:
            raise InputError(f"lakeFS has nothing at {self._base}/{path}")
        if not response.ok:
            message = f"lakeFS refuses (HTTP {response.status})"
            raise StorageError(message, status=response.status)
        try:
            return model.model_validate_json(response.body)
        except ValidationError as error:
            raise UnexpectedAnswerError("lakeFS answers outside its own contract") from error
