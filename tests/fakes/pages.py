"""Pages over sorted records."""

from collections.abc import Mapping
from typing import TypeVar

from lineal_contract.base import Page
from tests.fakes.page_tokens import ClearPageTokens

T = TypeVar("T")


def page_of(
    records: Mapping[str, T],
    page_size: int,
    token: str | None,
    *,
    newest_first: bool = False,
    scope: str = "",
) -> Page[T]:
    """Return a page of records by their sort key; its token fits no other `scope`."""
    tokens, way = ClearPageTokens(), f"{scope} {newest_first}"
    after = None if token is None else tokens.open(way, token)
    names = sorted(records, reverse=newest_first)
    if after is not None:
        names = [n for n in names if (n < after if newest_first else n > after)]
    shown = names[:page_size]
    more = tokens.seal(way, shown[-1]) if len(names) > page_size else None
    return Page.model_construct(items=tuple(records[n] for n in shown), next_page_token=more)
