"""Audit trails: of a model, of the project, of the installation."""

from collections.abc import Iterator
from enum import Enum
from itertools import islice

from lineal.governance.audit_chain import ChainCheck, check
from lineal.http.api import paged
from lineal.resources.base import Resource
from lineal_contract.audit import AuditHead, AuditQuery, AuditRecord
from lineal_contract.base import Page
from lineal_contract.routes import audit as routes


class Trail(Enum):
    """A trail that is no model's."""

    PROJECT = (routes.LIST_PROJECT_AUDIT, routes.GET_PROJECT_AUDIT_HEAD)
    """Members, tokens and promotion rules of the project."""
    INSTALLATION = (routes.LIST_INSTALLATION_AUDIT, routes.GET_INSTALLATION_AUDIT_HEAD)
    """People and their identities."""


class Audit(Resource):
    """The audit trails; where a method takes a trail, a model's name is that model's."""

    def records(self, trail: str | Trail, *, limit: int | None = None) -> Iterator[AuditRecord]:
        """Yield a trail's records in order of sequence."""
        return islice(self._all(trail), limit)

    def head(self, trail: str | Trail) -> AuditHead:
        """Return where a trail ends by the registry's word, and its last anchor. Raises NotFoundError."""
        if isinstance(trail, str):
            return self._api.call(routes.GET_AUDIT_HEAD, model=trail)
        return self._api.call(trail.value[1])

    def verify(self, trail: str | Trail) -> ChainCheck:
        """Check a whole trail against itself, its head and the last anchor."""
        # The head first: what is written meanwhile makes the trail longer than it, which is no fault.
        head = self.head(trail)
        return check(self._all(trail), head)

    def _all(self, trail: str | Trail) -> Iterator[AuditRecord]:
        def fetch(token: str | None) -> Page[AuditRecord]:
            query = AuditQuery(page_size=1_000, page_token=token)
            if isinstance(trail, str):
                return self._api.call(routes.LIST_AUDIT, query=query, model=trail)
            return self._api.call(trail.value[0], query=query)

        return paged(fetch)
