"""Audit heads written outside the table, so that whoever rewrites a chain has to rewrite two places."""

from base64 import b64encode
from dataclasses import dataclass

from functions.core.errors import NotFoundError
from functions.core.ports.audit import Anchors, TrailHead, Trails
from functions.core.ports.registry import ModelStore, Signer
from functions.core.ports.world import Clock
from functions.core.tending import Tended, tend
from lineal_contract.audit import AuditAnchor, AuditHead, signed_anchor
from lineal_contract.signatures import key_id


@dataclass(frozen=True)
class Anchoring:
    """Anchors what has grown. Doing it twice writes the same anchor again."""

    anchors: Anchors
    models: ModelStore
    trails: Trails
    clock: Clock
    signer: Signer | None = None

    def anchor_grown(self) -> Tended:
        """Write the heads of chains that have grown."""
        return tend(((project, model) for project, model, _ in self.anchors.waiting()), self._anchor)

    def _anchor(self, project: str, model: str) -> bool:
        end = self._end(project, model)
        anchor = AuditAnchor(sequence=end.sequence, digest=end.digest, anchored_at=self.clock())
        self.anchors.put(project, model, self._signed(project, model, anchor))
        self.anchors.done(project, model, end.sequence)
        return True

    def _signed(self, project: str, model: str, anchor: AuditAnchor) -> AuditAnchor:
        if self.signer is None:
            return anchor
        signature = b64encode(self.signer.sign(signed_anchor(project, model, anchor))).decode()
        return anchor.model_copy(update={"signature": signature, "key_id": key_id(self.signer.public_key())})

    def head(self, project: str, model: str = "") -> AuditHead:
        """Return where a chain ends, and its last anchor: a model's, a project's, or the installation's.

        Raises NotFoundError for a model that never was: the trail of a deleted one stays.
        """
        end = self._end(project, model)
        return AuditHead(sequence=end.sequence, digest=end.digest, anchor=self.anchors.last(project, model))

    def _end(self, project: str, model: str) -> TrailHead:
        if not model:
            return self.trails.head(project)
        head = self.models.head(project, model)
        if head is None:
            raise NotFoundError(f"project {project} never had a model {model!r}")
        return TrailHead(project, head.audit_sequence, head.audit_digest)
