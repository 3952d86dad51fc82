"""Changes that a request makes once, however often and however late it comes again.

Most records have no state that a repetition could be told by: written a second time, they would take back
what somebody else has said since. So the request's id is kept with what it changed, in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVarTuple

from functions.core.causes import Said
from functions.core.errors import ConflictError
from functions.core.ports.requests import Requests

if TYPE_CHECKING:
    from functions.core.ledger import Change

Context = TypeVarTuple("Context")


def known(earlier: Said, said: Said) -> Said | None:
    """Return what is kept under a request's id if it counts still. Raises ConflictError for other words."""
    if earlier.ended_before(said):
        return None
    if earlier.digest != said.digest:
        raise ConflictError(f"request {said.request_id} said something else before: make another id")
    return earlier


@dataclass(frozen=True)
class Once:
    """Looks whether a request has been done. Without an id that cannot be told, and it is done."""

    requests: Requests
    project: str
    said: Said | None

    def earlier(self) -> Said | None:
        """Return what the request has done already, or None.

        What the caller decides on has to be read before: then it is known whether this was the last word.
        Raises ConflictError for an id that said something else.
        """
        if (said := self.said) is None:
            return None
        earlier = self.requests.said(self.project, said.request_id)
        return None if earlier is None else known(earlier, said)

    def marking(self, change: Change, made: str = "") -> Change:
        """Return a change that carries the request, and the id of what it makes."""
        return change if self.said is None else replace(change, said=replace(self.said, made=made))

    def remember(self, made: str = "") -> None:
        """Keep that the request is done: it found everything as it wants it."""
        if self.said is not None:
            self.requests.remember(self.project, replace(self.said, made=made))

    def deciding(self, decide: Callable[[*Context], Change | None]) -> Callable[[*Context], Change | None]:
        """Return `decide`, whose changes carry the request and which does nothing for a repetition."""

        def decided(*context: *Context) -> Change | None:
            if self.earlier() is not None:
                return None
            change = decide(*context)
            if change is None:
                self.remember()
                return None
            return self.marking(change)

        return decided
