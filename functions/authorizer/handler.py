"""The gateway's question about a bearer token: whose it is and what it grants, or no.

Payload format 2.0, simple answers. What is granted is held against each call by the function that serves it.
"""

from typing import Any

from functions.bootstrap import backend
from functions.observability import logger


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer for one `Authorization` header."""
    (presented,) = event["identitySource"]
    grant = backend().bearing.grant(presented)
    logger.info("asked about a token", extra={"token_id": grant.token_id if grant else None})
    return {"isAuthorized": grant is not None, "context": grant.context() if grant else {}}
