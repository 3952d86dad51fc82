"""Traces: what stands behind a version or a live endpoint, and whether its bytes are still the same."""

from dataclasses import dataclass
from typing import Self

from pydantic import PrivateAttr

from lineal.http.api import checked_input
from lineal.resources.base import Bound, Resource
from lineal_contract.lineage import FileFailure, TraceQuery, VerifyVersion
from lineal_contract.lineage import Trace as TraceRecord
from lineal_contract.routes import registry as routes


@dataclass(frozen=True)
class Verified:
    """What came of hashing all stored bytes of a version on the server."""

    files: int
    bytes: int
    failures: tuple[FileFailure, ...]

    @property
    def ok(self) -> bool:
        """Whether there was something to hash and all of it matched."""
        return self.files > 0 and not self.failures

    @property
    def failed_paths(self) -> tuple[str, ...]:
        """The paths that do not match, each once."""
        return tuple(dict.fromkeys(f.path for f in self.failures))


class Trace(Bound, TraceRecord):
    """A trace as it was when it was read."""

    _verification: Verified | None = PrivateAttr(default=None)

    @property
    def verification(self) -> Verified | None:
        """What came of hashing the stored bytes; None where that was not asked for."""
        return self._verification

    @property
    def verified(self) -> bool | None:
        """Whether the stored bytes are those that were registered; None where that was not asked for."""
        return self._verification.ok if self._verification else None

    def with_verification(self, verification: Verified) -> Self:
        """Return this trace with what came of hashing its bytes."""
        copy = type(self).bind(self, self._api)
        copy._verification = verification
        return copy


class Traces(Resource):
    """Traces from endpoints and from versions."""

    def of_endpoint(self, endpoint: str, *, deployment_id: str | None = None, verify: bool = False) -> Trace:
        """Trace what is live at an endpoint, or what one of its deployments made live."""
        with checked_input():
            query = TraceQuery(deployment_id=deployment_id)
        record = self._api.call(routes.TRACE_ENDPOINT, query=query, endpoint=endpoint)
        return self._checked(Trace.bind(record, self._api), verify)

    def of_version(self, model: str, version: int, *, verify: bool = False) -> Trace:
        """Trace a version."""
        record = self._api.call(routes.TRACE_VERSION, model=model, version=version)
        return self._checked(Trace.bind(record, self._api), verify)

    def verify(self, model: str, version: int) -> Verified:
        """Have the server hash all stored bytes of a version, step by step, and compare."""
        files = size = 0
        failures: list[FileFailure] = []
        cursor: VerifyVersion | None = VerifyVersion()
        while cursor is not None:
            step = self._api.call(routes.VERIFY_VERSION, body=cursor, model=model, version=version)
            files, size = files + step.files, size + step.bytes
            failures += step.failures
            cursor = step.next
        return Verified(files, size, tuple(failures))

    def _checked(self, trace: Trace, verify: bool) -> Trace:
        if not verify:
            return trace
        return trace.with_verification(self.verify(trace.version.model, trace.version.version))
