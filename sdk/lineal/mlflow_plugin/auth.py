"""The signer for MLflow clients: `MLFLOW_TRACKING_AUTH=lineal`, found by its entry point in this wheel.

It signs with SigV4 from the ordinary boto3 credential chain, as the SDK does, and so gets right what the
signer behind `MLFLOW_TRACKING_AWS_SIGV4` does not: spaces in a query, keys that stand in it
twice, encoded paths and streamed files. A file too large for the proxy goes to S3 in parts.
"""

import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lineal.http.transport.signing import signer_for

if TYPE_CHECKING:
    from boto3.session import Session
    from requests import PreparedRequest, Response

NAME = "lineal"
_OF_SIGNATURE = ("Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-SHA256")


class RequestAuthProvider:
    """What MLflow looks for under the entry point `mlflow.request_auth_provider`."""

    def get_name(self) -> str:
        """Return the value of MLFLOW_TRACKING_AUTH that chooses this provider."""
        return NAME

    def get_auth(self) -> "SigningAuth":
        """Return what signs one request."""
        return _auth()


class SigningAuth:
    """Signs requests of the `requests` library. Raises ConfigurationError without credentials or region."""

    def __init__(self) -> None:
        self._session: Session | None = None
        self._lock = threading.Lock()

    def __call__(self, request: "PreparedRequest") -> "PreparedRequest":
        """Sign a request as late as possible; its file, if it is too large, has been sent by then."""
        from lineal.mlflow_plugin.parts import in_parts

        in_parts(request, self.sign)
        self.sign(request)
        request.register_hook("response", _without_signature)
        return request

    def sign(self, request: "PreparedRequest") -> None:
        """Put the headers of a signature into a request, in place of those it has."""
        from botocore.awsrequest import AWSRequest

        if request.url is None or request.method is None:
            raise ValueError("a request without method or address cannot be signed")
        request.url = _with_plain_spaces(request.url)
        unsigned = AWSRequest(request.method, request.url, {}, request.body)
        signer_for(request.url, self._open_session()).add_auth(unsigned)
        for name in _OF_SIGNATURE:
            request.headers.pop(name, None)
        request.headers.update(dict(unsigned.headers.items()))

    def _open_session(self) -> "Session":
        from boto3.session import Session

        with self._lock:
            if self._session is None:
                self._session = Session()
            return self._session


_shared: SigningAuth | None = None


def _auth() -> SigningAuth:
    """One for the process: credentials are looked up once, and refreshed by their session."""
    global _shared
    if _shared is None:
        _shared = SigningAuth()
    return _shared


def _with_plain_spaces(url: str) -> str:
    """A plus is a space in a form, and a plus in what is signed."""
    address, mark, query = url.partition("?")
    return address + mark + query.replace("+", "%20")


def _without_signature(response: "Response", *_: Any, **__: Any) -> None:
    """Keep the signature from an address that a redirect leads to, which is presigned."""
    to = urlsplit(response.headers.get("location", ""))
    if response.is_redirect and "X-Amz-Signature" in to.query:
        for name in _OF_SIGNATURE:
            response.request.headers.pop(name, None)
