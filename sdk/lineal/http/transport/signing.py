"""The transport that signs: SigV4 by botocore, from the ordinary boto3 credential chain."""

import os
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lineal.errors import ConfigurationError
from lineal.http.transport import FileSlice, Request, Response, Transport

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.auth import SigV4Auth

_SERVICE = "execute-api"
_API_HOST = re.compile(r"\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$")


class SigningTransport:
    """Signs each request and hands it on. The session is made, and credentials are read, at the first one."""

    def __init__(self, inner: Transport, session: Callable[[], "Session"]) -> None:
        self._inner = inner
        self._new_session = session
        self._session: Session | None = None
        self._lock = threading.Lock()

    def send(self, request: Request) -> Response:
        """Send a signed copy of `request`. Raises ConfigurationError without credentials or region."""
        return self._inner.send(self._signed(request))

    def _signed(self, request: Request) -> Request:
        from botocore.awsrequest import AWSRequest

        if isinstance(request.body, FileSlice):
            raise TypeError("a file slice goes to object storage, by a presigned address")
        unsigned = AWSRequest(request.method, request.url, dict(request.headers), request.body)
        self._signer(request.url).add_auth(unsigned)
        return replace(request, headers=dict(unsigned.headers.items()))

    def _signer(self, url: str) -> "SigV4Auth":
        from botocore.exceptions import BotoCoreError

        try:
            return signer_for(url, self._open_session())
        except BotoCoreError as error:
            raise ConfigurationError(f"AWS credentials cannot be read: {error}") from error

    def _open_session(self) -> "Session":
        with self._lock:
            if self._session is None:
                self._session = self._new_session()
            return self._session


def signer_for(url: str, session: "Session") -> "SigV4Auth":
    """Return what signs one request to an address of ours. Raises ConfigurationError."""
    from botocore.auth import SigV4Auth

    credentials = session.get_credentials()
    if credentials is None:
        raise ConfigurationError("no AWS credentials found; set a profile or AWS_ACCESS_KEY_ID")
    # A frozen copy has key, secret and token of one moment, however often the chain refreshes them.
    return SigV4Auth(credentials.get_frozen_credentials(), _SERVICE, region_for(url, session))


def region_for(url: str, session: "Session") -> str:
    """Return the API's own region where its host tells it: a session may be set up for another.

    Raises ConfigurationError where nothing tells one.
    """
    named = _API_HOST.search(urlsplit(url).hostname or "")
    region = named.group(1) if named else session.region_name or os.environ.get("AWS_REGION")
    if not region:
        raise ConfigurationError("no AWS region found; set AWS_REGION or AWS_DEFAULT_REGION")
    return str(region)
