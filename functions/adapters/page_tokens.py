"""Page tokens under the backend's seal: one changed by a bit, or of another query, is refused."""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from functions.adapters.dynamo import ABSENT, Table
from functions.adapters.keys import runs as keys
from functions.core.errors import InvalidRequestError, StaleError

_SEAL_BYTES = 16


@dataclass(frozen=True)
class SealedPageTokens:
    """The `PageTokens` port."""

    table: Table

    def seal(self, scope: str, position: object) -> str:
        """Return the position with its seal in front, URL-safe."""
        body = json.dumps(position, separators=(",", ":")).encode()
        return urlsafe_b64encode(self._sealed(scope, body) + body).decode().rstrip("=")

    def open(self, scope: str, token: str) -> Any:
        """Return the position behind a seal that fits."""
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError as error:
            raise InvalidRequestError("the page token is not one of ours") from error
        body = raw[_SEAL_BYTES:]
        if not hmac.compare_digest(raw[:_SEAL_BYTES], self._sealed(scope, body)):
            raise InvalidRequestError("the page token is not of this query")
        return json.loads(body)

    def _sealed(self, scope: str, body: bytes) -> bytes:
        return hmac.digest(self._secret, scope.encode() + b"\0" + body, "sha256")[:_SEAL_BYTES]

    @cached_property
    def _secret(self) -> bytes:
        """The table's secret; whoever comes first makes it."""
        at = keys.page_secret()
        item = self.table.get(at)
        if item is None:
            with suppress(StaleError):  # another function was faster
                self.table.put(at, {"secret": {"B": secrets.token_bytes(32)}}, ABSENT)
            item = self.table.get(at)
        value: bytes = (item or {})["secret"]["B"]
        return value
