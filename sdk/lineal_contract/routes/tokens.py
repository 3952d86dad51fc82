"""A person's own bearer tokens."""

from lineal_contract import registry, tokens
from lineal_contract.base import Page
from lineal_contract.routes.route import Route

CREATE_TOKEN = Route(
    "create_token", "POST", "/tokens/{project}", "tokens", tokens.Token,
    body=tokens.CreateToken, status=201, summary="Make a token for oneself", signed_only=True,
)  # fmt: skip
LIST_TOKENS = Route(
    "list_tokens", "GET", "/tokens/{project}", "tokens", Page[tokens.Token],
    query=registry.PageQuery, summary="List one's own tokens, newest first",
)  # fmt: skip
REVOKE_TOKEN = Route(
    "revoke_token", "DELETE", "/tokens/{project}/{token_id}", "tokens", tokens.Token,
    summary="Revoke one of one's own tokens",
)  # fmt: skip
