"""Whether the trail of a renamed model goes on from the one it says it does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lineal.governance.audit_chain import ChainCheck
from lineal_contract.audit import RENAMED, AuditRecord


@dataclass
class Renames:
    """The records of a trail that say where the model came from, and where it went."""

    arrivals: list[AuditRecord] = field(default_factory=list)
    departures: list[AuditRecord] = field(default_factory=list)

    def noting(self, records: Iterable[AuditRecord]) -> Iterator[AuditRecord]:
        """Yield the records as they are, and keep those of renames."""
        for record in records:
            if record.action == RENAMED:
                (self.arrivals if "from" in record.details else self.departures).append(record)
            yield record


def unproven(arrival: AuditRecord, trail: str, earlier: ChainCheck, theirs: Renames) -> str | None:
    """Return why an arrival in `trail` does not follow from the earlier trail, or None where it does."""
    name = arrival.details["from"]
    if not earlier.ok:
        return f"it goes on from {name}, whose record {earlier.first_bad} is bad: {earlier.reason}"
    for record in theirs.departures:
        if (record.sequence, record.digest) == (arrival.details["sequence"], arrival.details["digest"]):
            return None if record.details["to"] == trail else f"{name} went to {record.details['to']}"
    return f"it goes on from a record that the trail of {name} does not have"
