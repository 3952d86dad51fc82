"""A person's own bearer tokens."""

from functions.bootstrap import backend
from functions.core.errors import UnknownPersonError
from functions.http import Api, Call
from lineal_contract.base import Page
from lineal_contract.routes import tokens as routes
from lineal_contract.tokens import Token

handler = Api()


@handler.handles(routes.CREATE_TOKEN)
def create_token(call: Call) -> Token:
    """Make a token."""
    return backend().tokens.create(call.project, call.body, call.cause())


@handler.handles(routes.LIST_TOKENS)
def list_tokens(call: Call) -> Page[Token]:
    """List the caller's tokens."""
    return backend().tokens.list(call.project, _person(call), call.query.page_size, call.query.page_token)


@handler.handles(routes.REVOKE_TOKEN)
def revoke_token(call: Call) -> Token:
    """Revoke one of the caller's tokens."""
    return backend().tokens.revoke(call.project, call.path["token_id"], _person(call), call.cause())


def _person(call: Call) -> str:
    if call.actor.person is None:
        raise UnknownPersonError("tokens are people's, and your identity belongs to no person record")
    return call.actor.person
