"""The audit trail of a model."""

from collections.abc import Iterator
from itertools import islice

from lineal.api import paged
from lineal.audit_chain import ChainCheck, check
from lineal.resources.base import Resource
from lineal_contract import routes
from lineal_contract.audit import AuditHead, AuditQuery, AuditRecord
from lineal_contract.base import Page


class Audit(Resource):
    """The audit trails of the project's models."""

    def records(self, model: str, *, limit: int | None = None) -> Iterator[AuditRecord]:
        """Yield a model's audit records in order of sequence."""
        return islice(self._all(model), limit)

    def head(self, model: str) -> AuditHead:
        """Return where a trail ends by the registry's word, and its last anchor. Raises NotFoundError."""
        return self._api.call(routes.GET_AUDIT_HEAD, model=model)

    def verify(self, model: str) -> ChainCheck:
        """Check a whole trail against itself, the model's head and the last anchor."""
        # The head first: what is written meanwhile makes the trail longer than it, which is no fault.
        head = self.head(model)
        return check(self._all(model), head)

    def _all(self, model: str) -> Iterator[AuditRecord]:
        def fetch(token: str | None) -> Page[AuditRecord]:
            query = AuditQuery(page_size=1_000, page_token=token)
            return self._api.call(routes.LIST_AUDIT, query=query, model=model)

        return paged(fetch)
