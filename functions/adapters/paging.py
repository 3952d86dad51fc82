"""Pages of a partition. A page's token is sealed with it: it begins no page of another partition or order."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from functions.adapters.dynamo import Item, Table, fitting, sort_key
from functions.adapters.page_tokens import SealedPageTokens


@dataclass(frozen=True)
class Pages:
    """Reads a table by pages; an adapter has one, since it remembers the table's secret."""

    table: Table

    def read(
        self, partition: str, page_size: int, token: str | None, *, newest_first: bool = False
    ) -> tuple[Sequence[Item], str | None]:
        """Return a page of a partition, and the token of the next one. Raises InvalidRequestError."""
        after = self.after(partition, token, newest_first=newest_first)
        found = self.table.query(partition, after=after, newest_first=newest_first, limit=page_size + 1)
        return self.cut(found, partition, page_size, newest_first=newest_first)

    def after(self, partition: str, token: str | None, *, newest_first: bool = False) -> str | None:
        """Return the sort key that a page begins behind. Raises InvalidRequestError."""
        if token is None:
            return None
        after: str = self._tokens.open(_scope(partition, newest_first), token)
        return after

    def cut(
        self, items: Sequence[Item], partition: str, page_size: int, *, newest_first: bool = False
    ) -> tuple[Sequence[Item], str | None]:
        """Return a page of `items`, read one longer than the page, and the token of the next one.

        The page ends early where the answer would be larger than a function may give.
        """
        page = items[: fitting(items, page_size)]
        if len(items) == len(page):
            return page, None
        return page, self._tokens.seal(_scope(partition, newest_first), sort_key(page[-1]))

    @cached_property
    def _tokens(self) -> SealedPageTokens:
        return SealedPageTokens(self.table)


def _scope(partition: str, newest_first: bool) -> str:
    return f"{partition} {'down' if newest_first else 'up'}"
