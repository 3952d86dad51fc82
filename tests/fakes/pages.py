"""Pages over sorted records, with the adapters' own tokens."""

from collections.abc import Mapping
from typing import TypeVar

from functions.adapters.dynamo import page_token, read_token
from lineal_contract.base import Page

T = TypeVar("T")


def page_of(
    records: Mapping[str, T], page_size: int, token: str | None, *, newest_first: bool = False
) -> Page[T]:
    """Return a page of records by their sort key."""
    after = read_token(token)
    names = sorted(records, reverse=newest_first)
    if after is not None:
        names = [n for n in names if (n < after if newest_first else n > after)]
    shown = names[:page_size]
    more = page_token(shown[-1]) if len(names) > page_size else None
    return Page.model_construct(items=tuple(records[n] for n in shown), next_page_token=more)
