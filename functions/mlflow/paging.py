"""Pages of what was found and sorted in memory: a token says behind which position the next one begins."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from functions.core.ports.world import PageTokens
from functions.core.runs.values import as_rank
from lineal_contract.digests import json_digest

T = TypeVar("T")


def page(
    tokens: PageTokens,
    scope: list[Any],
    found: Iterable[T],
    rank: Callable[[T], tuple[Any, ...]],
    token: str,
    size: int,
) -> tuple[list[T], str | None]:
    """Return a page and the token of the next one. Ranks are unique and JSON; `scope` is the query, JSON.

    Raises InvalidRequestError for a token of another query, or not ours.
    """
    sealed = json_digest(scope)
    ordered = sorted(found, key=rank)
    if token:
        after = as_rank(tokens.open(sealed, token))
        ordered = [each for each in ordered if rank(each) > after]
    taken = ordered[:size]
    more = len(ordered) > len(taken)
    return taken, tokens.seal(sealed, rank(taken[-1])) if more else None
