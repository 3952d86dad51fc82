"""Time, ids and page tokens."""

from collections.abc import Callable
from typing import Any, Protocol

Clock = Callable[[], int]
"""Returns the time, UTC milliseconds."""


NewId = Callable[[], str]
"""Returns a fresh id, 32 hex digits."""


class PageTokens(Protocol):
    """Tokens that say where a page begins, and for which query; nobody else can make one."""

    def seal(self, scope: str, position: object) -> str:
        """Return the token of a position, JSON, within the query that `scope` names."""

    def open(self, scope: str, token: str) -> Any:
        """Return the position. Raises InvalidRequestError for a token of another query, or not ours."""
