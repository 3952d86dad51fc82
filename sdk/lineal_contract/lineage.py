"""The trace: from a live endpoint, or a version, back to bytes, code and data."""

from typing import Annotated

from pydantic import Field

from lineal_contract.approvals import Approval
from lineal_contract.base import Answer, Digest, RecordId, Wire
from lineal_contract.deployments import Deployment
from lineal_contract.digests import MAX_PARTS
from lineal_contract.registry import ModelVersion
from lineal_contract.runs import Run


class LineageCheck(Answer):
    """One of the facts that a complete lineage has."""

    name: str
    present: bool
    detail: str


class Lineage(Answer):
    """How complete a version's lineage is: `score` is the present share of `checks`, 0 to 1."""

    score: float
    checks: tuple[LineageCheck, ...]


class Trace(Answer):
    """All that stands behind a version. `deployment` is null when traced from a version.

    `run` is null for a version from outside.
    """

    endpoint: str | None
    deployment: Deployment | None
    approval: Approval | None
    version: ModelVersion
    run: Run | None
    lineage: Lineage


class TraceQuery(Wire):
    """Which deployment of an endpoint to trace; the live one when not given."""

    deployment_id: RecordId | None = None


class VerifyVersion(Wire):
    """Where to go on hashing: the index of a file in the manifest, and the digests of its parts so far."""

    file: Annotated[int, Field(ge=0, strict=True)] = 0
    part_digests: Annotated[tuple[Digest, ...], Field(max_length=MAX_PARTS)] = ()


class FileFailure(Answer):
    """A file whose stored bytes do not match its content address; `found` is null if unreadable."""

    path: str
    expected: Digest
    found: Digest | None = None
    detail: str


class Verification(Answer):
    """One step of hashing a version's stored bytes on the server.

    `files` ended and `bytes` were read in this step; `failures` lists what does not match; `next` is
    where to go on, null when all was read.
    """

    files: int
    bytes: int
    failures: tuple[FileFailure, ...]
    next: VerifyVersion | None = None
