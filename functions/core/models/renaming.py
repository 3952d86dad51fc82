"""Another name for a model, while nothing outside the registry goes by the one it has.

A rename is one transaction over two heads. The versions come along as whole records, signed anew; those
under the old name stay as they are, out of sight like a deleted model's. The old trail ends by saying where
the model went, and the new one goes on from that record's digest.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from functions.core.causes import Cause
from functions.core.commits import Contention
from functions.core.errors import ConflictError
from functions.core.ledger import Carried, Change, Draft, ModelHead
from functions.core.models.bound_names import (
    INSTEAD,
    MAX_RECORDS,
    check_fits,
    check_free,
    check_hashed,
    check_unbound,
)
from functions.core.models.naming import endpoints_of, there
from functions.core.models.restaging import UNRULED
from functions.core.models.signing import Signing
from functions.core.objects.manifests import whole
from functions.core.once import Once
from functions.core.ports.objects import ObjectStore
from functions.core.ports.registry import ModelStore, Policies
from lineal_contract.audit import GENESIS, RENAMED
from lineal_contract.cards import CardRevision
from lineal_contract.events import ModelRenamed
from lineal_contract.policies import Policy
from lineal_contract.registry import Model, ModelVersion, RenameModel

_PAGE = 1_000
_BINDS = ("approval.", "version.approved", "deployment.", "endpoint.")


@dataclass(frozen=True)
class Renaming:
    """Gives models other names."""

    models: ModelStore
    objects: ObjectStore
    signing: Signing
    policies: Policies
    contention: Contention

    def rename(self, project: str, model: str, wanted: RenameModel, cause: Cause) -> Model:
        """Return the model under its new name, now or by an earlier delivery of the request.

        Raises NotFoundError, AlreadyExistsError for a name that is or was another model's, ConflictError for
        a model that something goes by, ApprovalRequiredError for an alias that follows approvals,
        TooLargeError, BytesChangedError for a version that is not as it was signed.
        """

        once = Once(self.models, project, cause.said)

        def attempt() -> Model:
            present, target = self.models.head(project, model), self.models.head(project, wanted.name)
            repeated = once.earlier() is not None
            if (done := _done(present, target)) is not None:
                if not repeated:
                    once.remember()
                return done.wire()
            head = there(present, project, model)
            if repeated:  # it has had its name back since
                return head.wire()
            check_free(head, target, wanted.name)
            check_unbound(head, endpoints_of(self.models, head), self._policy(project))
            self._check_trail(head)
            old, new = renamed(head, target, wanted.name, self._carried(head, wanted.name), cause)
            self.models.commit_together((head, old), (target, once.marking(new)))
            return new.head.wire()

        return self.contention.run(attempt)

    def _policy(self, project: str) -> Policy:
        return self.policies.current(project) or UNRULED

    def _check_trail(self, head: ModelHead) -> None:
        after = 0
        while records := self.models.audit(head.project, head.model, after, _PAGE):
            for record in records:
                if record.action.startswith(_BINDS):
                    raise ConflictError(
                        f"model {head.model!r} keeps its name: record {record.sequence} of its trail is "
                        f"{record.action}, and approvals and deployments go by it; {INSTEAD}"
                    )
            after = records[-1].sequence

    def _carried(self, head: ModelHead, name: str) -> tuple[Carried, ...]:
        carried = tuple(self._under(name, version) for version in self._versions(head))
        check_fits(head, sum(each.records for each in carried), sum(map(_size, carried)))
        return carried

    def _versions(self, head: ModelHead) -> list[ModelVersion]:
        """The model's versions, deleted ones too: semantic versions stay taken. Raises TooLargeError."""
        found: list[ModelVersion] = []
        token: str | None = None
        while True:
            page = self.models.versions(head.project, head.model, MAX_RECORDS + 1, token)
            found += [version for version in page.items if version.version > head.buried]
            check_fits(head, len(found), 0)
            check_hashed(head, found)
            if (token := page.next_page_token) is None:
                return found

    def _under(self, name: str, version: ModelVersion) -> Carried:
        carried = version.model_copy(update={"model": name})
        signature = self.models.signature(version.project, version.model, version.version)
        if signature is not None and self.signing.signer is not None:
            self.signing.check(whole(version, self.objects))
            signature = self.signing.sign(whole(carried, self.objects))
        return Carried(carried, signature, tuple(self._cards(name, version)))

    def _cards(self, name: str, version: ModelVersion) -> Iterator[CardRevision]:
        last = version.card.revision if version.card else 0
        for number in range(1, last + 1):
            card = self.models.card(version.project, version.model, version.version, number)
            if card is not None:
                yield card.model_copy(update={"model": name})


def renamed(
    head: ModelHead, target: ModelHead | None, name: str, carried: tuple[Carried, ...], cause: Cause
) -> tuple[Change, Change]:
    """Return the changes that end a model under its old name and begin it under the new one."""
    old = Draft(head, cause)
    old.set_head(deleted_at=cause.at, buried=head.latest_version, aliases={}, renamed_to=name)
    event = ModelRenamed(model=head.model, new_name=name)
    old.record(RENAMED, f"model/{head.model}", event, to=name, latest_version=head.latest_version)
    ended = old.change()
    new = Draft(_under(head, target, name), cause)
    said: dict[str, Any] = {"from": head.model, "digest": ended.head.audit_digest}
    new.record(RENAMED, f"model/{name}", sequence=ended.head.audit_sequence, **said)
    new.put(carried=carried)
    return ended, new.change()


def _under(head: ModelHead, target: ModelHead | None, name: str) -> ModelHead:
    """The head as it is, at the end of what the new name's trail has already."""
    gone = head.semver_version is not None and head.semver_version <= head.buried
    return replace(
        head,
        model=name,
        formerly=tuple(each for each in (*head.formerly, head.model) if each != name),
        semver=None if gone else head.semver,
        semver_version=None if gone else head.semver_version,
        audit_sequence=target.audit_sequence if target else 0,
        audit_digest=target.audit_digest if target else GENESIS,
        revision=target.revision if target else 0,
    )


def _done(present: ModelHead | None, target: ModelHead | None) -> ModelHead | None:
    """Return the model under its new name, if it has it already."""
    if present is None or target is None:
        return None
    has_moved = (present.renamed_to, target.deleted_at) == (target.model, None)
    return target if has_moved and present.model in target.formerly else None


def _size(carried: Carried) -> int:
    return sum(len(each.model_dump_json()) for each in (carried.version, *carried.cards)) + len(
        carried.signature or ""
    )
