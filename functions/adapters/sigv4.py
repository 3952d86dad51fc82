"""AWS Signature Version 4 of a POST to the root of one host.

botocore's signer is for any method, path, query and header, which it takes apart and puts in order anew for
each request: most of what a call of DynamoDB took a function before it was sent. Here only headers and body
differ from one request to the next. See "Create a signed AWS API request" in the IAM user guide.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from hashlib import sha256
from typing import Any

_ALGORITHM = "AWS4-HMAC-SHA256"
_END = "aws4_request"


@dataclass(frozen=True)
class Signer:
    """Signs requests of a service; `host` is as the Host header names it."""

    host: str
    region: str
    service: str

    def signed(
        self, headers: Mapping[str, str], body: bytes, credentials: Any, moment: str
    ) -> dict[str, str]:
        """Return headers, all of them signed, with those that sign them.

        `credentials` are botocore's frozen ones; `moment` is UTC and looks like 20261122T091500Z.
        """
        signed = {**headers, "Host": self.host, "X-Amz-Date": moment}
        if credentials.token:
            signed["X-Amz-Security-Token"] = credentials.token
        lines = sorted((name.lower(), value) for name, value in signed.items())
        names = ";".join(name for name, _ in lines)
        request = ["POST", "/", "", *(f"{name}:{value}" for name, value in lines), "", names, _digest(body)]
        scope = (moment[:8], self.region, self.service, _END)
        to_sign = [_ALGORITHM, moment, "/".join(scope), _digest("\n".join(request).encode())]
        signature = _mac(_key(credentials.secret_key, scope), "\n".join(to_sign)).hex()
        credential = "/".join((credentials.access_key, *scope))
        signed["Authorization"] = (
            f"{_ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
        )
        return signed


@lru_cache(maxsize=4)
def _key(secret: str, scope: tuple[str, ...]) -> bytes:
    """Return the key for a scope, which is another one every day."""
    return reduce(_mac, scope, f"AWS4{secret}".encode())


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()
