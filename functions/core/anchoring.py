"""Audit heads written outside the table, so that whoever rewrites a chain has to rewrite two places."""

from dataclasses import dataclass

from functions.core.ports import Anchors, Clock, ModelStore
from functions.core.registry import head_of
from lineal_contract.audit import AuditAnchor, AuditHead


@dataclass(frozen=True)
class Anchoring:
    """Anchors what has grown. Doing it twice writes the same anchor again."""

    anchors: Anchors
    models: ModelStore
    clock: Clock

    def anchor_grown(self) -> int:
        """Write the heads of chains that have grown; return how many."""
        waiting = self.anchors.waiting()
        for project, model, _ in waiting:
            head = head_of(self.models, project, model)
            anchor = AuditAnchor(
                sequence=head.audit_sequence, digest=head.audit_digest, anchored_at=self.clock()
            )
            self.anchors.put(project, model, anchor)
            self.anchors.done(project, model, head.audit_sequence)
        return len(waiting)

    def head(self, project: str, model: str) -> AuditHead:
        """Return where a chain ends, and its last anchor. Raises NotFoundError."""
        head = head_of(self.models, project, model)
        return AuditHead(
            sequence=head.audit_sequence,
            digest=head.audit_digest,
            anchor=self.anchors.last(project, model),
        )
