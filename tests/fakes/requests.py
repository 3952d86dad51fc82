"""Requests that are done, in memory."""

from functions.core.causes import Said
from functions.core.errors import StaleError


class MemoryRequests:
    """The `Requests` port, and what stores do with it in their transactions."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], Said] = {}

    def said(self, project: str, request_id: str) -> Said | None:
        return self._said.get((project, request_id))

    def remember(self, project: str, said: Said) -> None:
        self._said[project, said.request_id] = said

    def check_new(self, project: str, said: Said | None) -> None:
        earlier = None if said is None else self.said(project, said.request_id)
        if said is not None and earlier is not None and not earlier.ended_before(said):
            raise StaleError

    def keep(self, project: str, said: Said | None) -> None:
        if said is not None:
            self.remember(project, said)
