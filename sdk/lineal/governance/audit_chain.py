"""Checking an audit trail: each record against itself and the one before, the end against head and anchor."""

from collections.abc import Iterable
from dataclasses import dataclass

from lineal_contract.audit import GENESIS, AuditAnchor, AuditHead, AuditRecord


@dataclass(frozen=True)
class ChainCheck:
    """What came of checking a trail.

    `first_bad` is the sequence of the first record that is not what was written, null if there is none.
    Records from `unproven_from` on rest on the registry's word alone: no anchor has seen them yet.
    `anchor_signed` says that the anchor's signature fits; null where none was checked.
    """

    records: int
    first_bad: int | None
    reason: str
    unproven_from: int | None
    anchor_signed: bool | None = None
    earlier: tuple[str, ...] = ()
    """The trails that this one goes on from, by the model's earlier names; they hold too."""

    @property
    def ok(self) -> bool:
        """Whether nothing bad was found."""
        return self.first_bad is None


def check(records: Iterable[AuditRecord], head: AuditHead | None = None) -> ChainCheck:
    """Check a whole trail, in order from its first record; without `head` only the chain itself."""
    digests = [GENESIS]
    for record in records:
        if reason := _broken(record, len(digests), digests[-1]):
            return ChainCheck(len(digests) - 1, len(digests), reason, unproven_from=len(digests))
        digests.append(record.digest)
    count = len(digests) - 1
    anchor = head.anchor if head else None
    unproven = (anchor.sequence if anchor else 0) + 1
    if head and (bad := _misses(digests, head) or (anchor and _contradicts(digests, anchor))):
        return ChainCheck(count, *bad, unproven_from=min(bad[0], unproven))
    return ChainCheck(count, None, "", unproven_from=unproven if unproven <= count else None)


def _broken(record: AuditRecord, expected: int, previous: str) -> str | None:
    if record.sequence != expected:
        return f"record {record.sequence} stands where {expected} belongs"
    if record.computed_digest() != record.digest:
        return "the record is not what its digest says"
    if record.previous != previous:
        return "the record does not follow from the one before"
    return None


def _misses(digests: list[str], head: AuditHead) -> tuple[int, str] | None:
    count = len(digests) - 1
    if count < head.sequence:
        return count + 1, f"the trail ends at {count}, the model's head says {head.sequence}"
    if count == head.sequence and digests[-1] != head.digest:
        return count, "the last record is not the one in the model's head"
    return None


def _contradicts(digests: list[str], anchor: AuditAnchor) -> tuple[int, str] | None:
    if anchor.sequence >= len(digests):
        return len(digests), f"the trail ends early: record {anchor.sequence} was anchored"
    if digests[anchor.sequence] != anchor.digest:
        return anchor.sequence, "the record is not the one that was anchored: the trail was rewritten"
    return None
