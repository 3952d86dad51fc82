"""Changes that a request makes once, however often and however late it comes again.

Words and aliases have no state that a repetition could be told by: written a second time, they would take
back what somebody else has said since. So the request's id is kept with what it changed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVarTuple

from pydantic import BaseModel

from functions.core.errors import ConflictError
from functions.core.ledger import Change, Said
from functions.core.ports.registry import ModelStore
from lineal_contract.digests import json_digest

Context = TypeVarTuple("Context")


@dataclass(frozen=True)
class Once:
    """Decides for a request unless it has been done. Without an id it cannot be told, and is done."""

    models: ModelStore
    project: str
    said: Said | None

    def deciding(self, decide: Callable[[*Context], Change | None]) -> Callable[[*Context], Change | None]:
        """Return `decide`, whose changes carry the request and which does nothing for a repetition.

        The head has to be read before: what is committed on it was then decided on with all that is known.
        Raises ConflictError for an id that said something else.
        """
        if (said := self.said) is None:
            return decide

        def decided(*context: *Context) -> Change | None:
            earlier = self.models.said(self.project, said.request_id)
            if earlier is not None:
                _check_same(earlier, said)
                return None
            change = decide(*context)
            if change is None:
                self.models.remember(self.project, said)
                return None
            return replace(change, said=said)

        return decided


def said_by(request_id: str | None, wanted: BaseModel, *of: str) -> Said | None:
    """Return what a request says of what `of` names, or None for one without an id."""
    if request_id is None:
        return None
    return Said(request_id, json_digest([*of, wanted.model_dump(mode="json")]))


def _check_same(earlier: str, said: Said) -> None:
    if earlier != said.digest:
        raise ConflictError(f"request {said.request_id} said something else before: make another id")
