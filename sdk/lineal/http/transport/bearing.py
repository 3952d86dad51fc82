"""The transport that shows a bearer token, where there are no AWS credentials to sign with."""

from dataclasses import replace

from lineal.errors import ConfigurationError
from lineal.http.transport import Request, Response, Transport
from lineal_contract.tokens import PREFIX, is_token


class BearerTransport:
    """Adds the token to each request. It shows in no repr and in no error."""

    def __init__(self, inner: Transport, token: str) -> None:
        """Raises ConfigurationError for what has not the form of a token."""
        if not is_token(token):
            raise ConfigurationError(
                f"LINEAL_TOKEN, or token=, is no token: one begins with {PREFIX} and has 50 characters"
            )
        self._inner = inner
        self._token = token

    def send(self, request: Request) -> Response:
        """Send a copy of `request` with the token."""
        headers = {**request.headers, "Authorization": f"Bearer {self._token}"}
        return self._inner.send(replace(request, headers=headers))
