"""Who makes a request: what the gateway says in its context, and nothing that the request says."""

from typing import Any

from functions.core.access.admission import Caller
from functions.core.access.bearing import Grant
from functions.core.errors import ForbiddenError
from lineal_contract.base import TOKEN_ROOT


def caller_of(event: dict[str, Any]) -> Caller:
    """Return the caller of a route or of its twin.

    Raises ForbiddenError without an identity, UnauthenticatedError without a token.
    """
    context = event["requestContext"]
    authorizer = context.get("authorizer") or {}
    _, _, path = event["routeKey"].partition(" ")
    if path.startswith(f"{TOKEN_ROOT}/"):
        grant = Grant.from_context(authorizer.get("lambda"))
        return Caller(grant.principal, context.get("accountId", ""), grant)
    identity = authorizer.get("iam")
    if not identity or not identity.get("userArn"):
        raise ForbiddenError("the request has no identity")
    return Caller(identity["userArn"], identity.get("accountId", ""))
