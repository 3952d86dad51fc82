"""Bearer tokens, for programs and places without AWS credentials."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lineal.http.api import checked_input, limited, paged
from lineal.ids import new_id
from lineal.resources.base import Resource
from lineal_contract.base import Page
from lineal_contract.registry import PageQuery
from lineal_contract.roles import Role
from lineal_contract.routes import admin, tokens
from lineal_contract.tokens import CreateToken, Token, new_secret, secret_digest


@dataclass(frozen=True)
class NewToken:
    """A token that was just made. `secret` is what to set LINEAL_TOKEN to; nobody can show it again."""

    token: Token
    secret: str = field(repr=False)


class Tokens(Resource):
    """The project's tokens: one's own, and an admin's view of everybody's."""

    def create(self, name: str, *, role: Role | str, days: int = 30) -> NewToken:
        """Make a token with one of the caller's roles in the project. The call is signed, never by a token.

        Raises InputError, PermissionDeniedError for a role that the caller does not have.
        """
        secret = new_secret()
        with checked_input():
            wanted = CreateToken.model_validate(
                {
                    "token_id": new_id(),
                    "secret_digest": secret_digest(secret),
                    "name": name,
                    "role": role,
                    "expires_in_days": days,
                }
            )
        return NewToken(self._api.call(tokens.CREATE_TOKEN, body=wanted), secret)

    def list(self, *, everybody: bool = False, limit: int | None = None) -> Iterator[Token]:
        """Yield one's own tokens, newest first; with `everybody` all of the project, for an admin."""
        route = admin.LIST_ALL_TOKENS if everybody else tokens.LIST_TOKENS

        def fetch(token: str | None) -> Page[Token]:
            return self._api.call(route, query=PageQuery(page_token=token))

        return limited(paged(fetch), limit)

    def revoke(self, token_id: str, *, anybodys: bool = False) -> Token:
        """Revoke one of one's own tokens; with `anybodys`, for an admin, whosever it is."""
        route = admin.REVOKE_ANY_TOKEN if anybodys else tokens.REVOKE_TOKEN
        return self._api.call(route, token_id=token_id)
