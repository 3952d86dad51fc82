"""Tokens in the registry table: a record under its project, and a way to it from the secret's digest."""

from dataclasses import dataclass
from functools import cached_property

from functions.adapters.dynamo import ABSENT, PRESENT, Table, document, parse
from functions.adapters.keys import registry as keys
from functions.adapters.keys.key import Key, key
from functions.adapters.paging import Pages
from functions.adapters.trails import writes
from functions.core.ports.audit import Entry
from lineal_contract.base import Page
from lineal_contract.tokens import Token


@dataclass(frozen=True)
class DynamoTokens:
    """The `TokenStore` port."""

    table: Table

    def find(self, digest: str) -> Token | None:
        """Return the token with a secret."""
        link = self.table.get(keys.token_secret(digest))
        return self.get(link["project"]["S"], link["token_id"]["S"]) if link else None

    def get(self, project: str, token_id: str) -> Token | None:
        """Return a token."""
        item = self.table.get(key(keys.tokens(project), token_id))
        return parse(Token, item) if item else None

    def create(self, token: Token, digest: str, entry: Entry) -> None:
        """Store a token and the way to it in one transaction."""
        link = {"project": {"S": token.project}, "token_id": {"S": token.token_id}}
        self.table.write(
            [
                self.table.put_in(_at(token), document(token), ABSENT),
                self.table.put_in(keys.token_secret(digest), link, ABSENT),
                *writes(self.table, entry),
            ]
        )

    def revoke(self, token: Token, entry: Entry) -> None:
        """Replace a token's record."""
        put = self.table.put_in(_at(token), document(token), PRESENT)
        self.table.write([put, *writes(self.table, entry)])

    def list(self, project: str, page_size: int, page_token: str | None) -> Page[Token]:
        """Return tokens, newest first."""
        items, more = self._pages.read(keys.tokens(project), page_size, page_token, newest_first=True)
        return Page(items=tuple(parse(Token, i) for i in items), next_page_token=more)

    @cached_property
    def _pages(self) -> Pages:
        return Pages(self.table)


def _at(token: Token) -> Key:
    return key(keys.tokens(token.project), token.token_id)
