"""Audit heads written outside the table, so that whoever rewrites a chain has to rewrite two places."""

from base64 import b64encode
from dataclasses import dataclass

from functions.core.errors import CoreError, NotFoundError
from functions.core.ports.audit import Anchors, TrailHead, Trails
from functions.core.ports.registry import ModelStore, Signer
from functions.core.ports.world import Clock
from lineal_contract.audit import AuditAnchor, AuditHead, signed_anchor
from lineal_contract.signatures import key_id


@dataclass(frozen=True)
class Anchored:
    """How many heads were written, and the chains (`project/model`) whose heads could not be."""

    count: int
    failed: tuple[str, ...]


@dataclass(frozen=True)
class Anchoring:
    """Anchors what has grown. Doing it twice writes the same anchor again."""

    anchors: Anchors
    models: ModelStore
    trails: Trails
    clock: Clock
    signer: Signer | None = None

    def anchor_grown(self) -> Anchored:
        """Write the heads of chains that have grown. One that cannot be written keeps no other waiting."""
        count, failed = 0, []
        for project, model, _ in self.anchors.waiting():
            try:
                self._anchor(project, model)
                count += 1
            except CoreError:
                failed.append(f"{project}/{model}")
        return Anchored(count, tuple(failed))

    def _anchor(self, project: str, model: str) -> None:
        end = self._end(project, model)
        anchor = AuditAnchor(sequence=end.sequence, digest=end.digest, anchored_at=self.clock())
        self.anchors.put(project, model, self._signed(project, model, anchor))
        self.anchors.done(project, model, end.sequence)

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
