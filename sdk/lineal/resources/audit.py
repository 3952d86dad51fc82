"""Audit trails: of a model, of the project, of the installation."""

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from pathlib import Path

from lineal.errors import ConfigurationError, NotFoundError, PermissionDeniedError
from lineal.governance import keys
from lineal.governance.anchor_signatures import fault
from lineal.governance.audit_chain import ChainCheck, check
from lineal.governance.renames import Renames, unproven
from lineal.http.api import limited, paged
from lineal.resources.base import Resource
from lineal_contract.audit import AuditAnchor, AuditHead, AuditQuery, AuditRecord
from lineal_contract.base import Page
from lineal_contract.routes import audit as routes
from lineal_contract.routes.registry import GET_SIGNING_KEY


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
        return limited(self._all(trail), limit)

    def head(self, trail: str | Trail) -> AuditHead:
        """Return where a trail ends by the registry's word, and its last anchor. Raises NotFoundError."""
        if isinstance(trail, str):
            return self._api.call(routes.GET_AUDIT_HEAD, model=trail)
        return self._api.call(trail.value[1])

    def verify(self, trail: str | Trail, *, key: Path | None = None) -> ChainCheck:
        """Check a whole trail against itself, its head and the last anchor, and the anchor's signature.

        With the public key in the file `key` the anchor has to be signed by it. Without, a signature is held
        against the installation's key, where that made it and `lineal[verify]` is installed.

        The trail of a renamed model goes on from that of its earlier name, which is checked in the same way.
        """
        return self._verified(trail, key, frozenset())[0]

    def _verified(
        self, trail: str | Trail, key: Path | None, asked: frozenset[str]
    ) -> tuple[ChainCheck, Renames]:
        renames = Renames()
        found = self._alone(trail, key, renames)
        for record in renames.arrivals if isinstance(trail, str) else ():
            name = str(record.details["from"])
            if not found.ok or name in asked:
                continue
            earlier, theirs = self._verified(name, key, asked | {str(trail)})
            if wrong := unproven(record, str(trail), earlier, theirs):
                found = replace(found, first_bad=record.sequence, reason=wrong)
            names = (*found.earlier, name, *earlier.earlier)
            found = replace(found, earlier=tuple(dict.fromkeys(names)))
        return found, renames

    def _alone(self, trail: str | Trail, key: Path | None, renames: Renames) -> ChainCheck:
        # The head first: what is written meanwhile makes the trail longer than it, which is no fault.
        head = self.head(trail)
        found = check(renames.noting(self._all(trail)), head)
        pem = None if head.anchor is None else self._pem(head.anchor, key)
        if head.anchor is None or pem is None or not found.ok:
            return found
        wrong = fault(*self._of(trail), head.anchor, pem)
        if wrong is None:
            return replace(found, anchor_signed=True)
        bad = head.anchor.sequence
        return replace(found, first_bad=bad, reason=wrong, unproven_from=1, anchor_signed=False)

    def _pem(self, anchor: AuditAnchor, key: Path | None) -> str | None:
        if key is not None:
            return keys.read_key(key)
        if anchor.signature is None or not keys.can_check():
            return None
        try:
            own = self._api.call(GET_SIGNING_KEY)
        except (ConfigurationError, NotFoundError, PermissionDeniedError):
            return None  # who reads trails need not be in a project, nor read its versions
        return own.public_key_pem if own.key_id == anchor.key_id else None

    def _of(self, trail: str | Trail) -> tuple[str, str]:
        if trail is Trail.INSTALLATION:
            return "", ""
        return self._api.project, trail if isinstance(trail, str) else ""

    def _all(self, trail: str | Trail) -> Iterator[AuditRecord]:
        def fetch(token: str | None) -> Page[AuditRecord]:
            query = AuditQuery(page_size=1_000, page_token=token)
            if isinstance(trail, str):
                return self._api.call(routes.LIST_AUDIT, query=query, model=trail)
            return self._api.call(trail.value[0], query=query)

        return paged(fetch)
