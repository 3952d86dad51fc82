"""Audit heads written outside the table, so that whoever rewrites a chain has to rewrite two places."""

from dataclasses import dataclass

from functions.core.access_ports import TrailHead, Trails
from functions.core.ports import Anchors, Clock, ModelStore
from functions.core.registry import head_of
from lineal_contract.audit import AuditAnchor, AuditHead


@dataclass(frozen=True)
class Anchoring:
    """Anchors what has grown. Doing it twice writes the same anchor again."""

    anchors: Anchors
    models: ModelStore
    trails: Trails
    clock: Clock

    def anchor_grown(self) -> int:
        """Write the heads of chains that have grown; return how many."""
        waiting = self.anchors.waiting()
        for project, model, _ in waiting:
            end = self._end(project, model)
            anchor = AuditAnchor(sequence=end.sequence, digest=end.digest, anchored_at=self.clock())
            self.anchors.put(project, model, anchor)
            self.anchors.done(project, model, end.sequence)
        return len(waiting)

    def head(self, project: str, model: str = "") -> AuditHead:
        """Return where a chain ends, and its last anchor: a model's, a project's, or the installation's.

        Raises NotFoundError for a model that is not there.
        """
        end = self._end(project, model)
        return AuditHead(sequence=end.sequence, digest=end.digest, anchor=self.anchors.last(project, model))

    def _end(self, project: str, model: str) -> TrailHead:
        if not model:
            return self.trails.head(project)
        head = head_of(self.models, project, model)
        return TrailHead(project, head.audit_sequence, head.audit_digest)
