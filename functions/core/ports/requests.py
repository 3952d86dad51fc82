"""Where it is kept that a request has been done."""

from typing import Protocol

from functions.core.causes import Said


class Requests(Protocol):
    """Requests that are done, by project; those about the installation have an empty name for one."""

    def said(self, project: str, request_id: str) -> Said | None:
        """Return what a request said that is done, read strongly."""

    def remember(self, project: str, said: Said) -> None:
        """Keep that a request is done which had nothing to change. Idempotent."""
