"""The audit trail: a hash chain per model, written with each change."""

from typing import Annotated, Any

from pydantic import Field

from lineal_contract.base import Answer, Digest, Millis, Wire
from lineal_contract.digests import json_digest
from lineal_contract.people import Actor

GENESIS = "0" * 64
"""The `previous` of a chain's first record."""
RENAMED = "model.renamed"
"""Ends the trail of a model that gets another name, which is `to`. The trail of that name has one too: `from`
is the old name, `sequence` and `digest` are those of the record that ends its trail."""


class AuditRecord(Answer):
    """Who did what to which subject; `digest` is over all else, `previous` is the record before."""

    sequence: Annotated[int, Field(ge=1)]
    action: str
    subject: str
    actor: Actor
    at: Millis
    details: dict[str, Any]
    previous: Digest
    digest: Digest

    def computed_digest(self) -> str:
        """Return the digest that the other fields give."""
        return json_digest(self.model_dump(mode="json", exclude={"digest"}))


def chained(
    previous: str, sequence: int, actor: Actor, at: int, action: str, subject: str, details: dict[str, Any]
) -> AuditRecord:
    """Return the record that follows the one with the digest `previous`."""
    unsigned = AuditRecord(
        sequence=sequence,
        action=action,
        subject=subject,
        actor=actor,
        at=at,
        details=details,
        previous=previous,
        digest=GENESIS,
    )
    return unsigned.model_copy(update={"digest": unsigned.computed_digest()})


class AuditQuery(Wire):
    """Which records of a chain, in order of sequence."""

    page_size: Annotated[int, Field(ge=1, le=1_000)] = 100
    page_token: Annotated[str, Field(pattern=r"^[0-9]{1,10}$")] | None = None


class AuditAnchor(Answer):
    """A chain's head as it was written outside the table, as a version of an object in the bucket."""

    sequence: Annotated[int, Field(ge=1)]
    digest: Digest
    anchored_at: Millis
    signature: str | None = None
    """By the installation's key over `signed_anchor`, ECDSA in DER, Base64; null where nothing is signed."""
    key_id: str | None = None


def signed_anchor(project: str, model: str, anchor: AuditAnchor) -> bytes:
    """Return what is signed of an anchor: it is of one chain and of no other.

    A project's own trail has no `model`, the installation's no `project`.
    """
    said = {"sequence": anchor.sequence, "digest": anchor.digest, "anchored_at": anchor.anchored_at}
    return b"lineal audit anchor " + json_digest(said | {"project": project, "model": model}).encode()


class AuditHead(Answer):
    """Where a chain ends by the registry's word, and the last anchor, which is another's."""

    sequence: int
    digest: Digest
    anchor: AuditAnchor | None = None
