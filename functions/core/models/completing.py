"""The steps of the workflow that hashes a pending version. Each may come twice, late or for nothing."""

from dataclasses import dataclass
from hashlib import sha256

from functions.core.causes import Cause
from functions.core.errors import BytesChangedError, TooLargeError
from functions.core.ledger import ModelHead
from functions.core.models import pending
from functions.core.models.pending_versions import PendingVersions
from functions.core.models.signing import Signing
from functions.core.objects.hashing import Hashing
from functions.core.objects.manifests import MAX_READ, Pinned, pinned
from functions.core.objects.plans import HashedPiece, HashedShare, Plan, shares
from functions.core.objects.uploads import object_key
from functions.core.ports.objects import ObjectStore
from functions.core.ports.staging import Plans
from functions.core.registrations import Registration
from lineal_contract.artifacts import MAX_INLINE_FILES, ManifestEntry, StoredObject
from lineal_contract.digests import address_of
from lineal_contract.lists import FileList, prefix_of
from lineal_contract.registry import ModelVersion
from lineal_contract.signatures import UnsignableError

PLAN = "plan.json"


@dataclass(frozen=True)
class Completing:
    """Hashes share by share, and makes a version of it in one transaction."""

    versions: PendingVersions
    hashing: Hashing
    plans: Plans
    objects: ObjectStore
    signing: Signing

    def open(self, project: str, registration_id: str) -> tuple[int, ...] | None:
        """Return the numbers of the shares, None where the version waits for nothing any more."""
        registration = self._registration(project, registration_id)
        if self.versions.waiting(registration) is None:
            return None
        return tuple(range(len(shares(self._plan(registration)))))

    def hash(self, project: str, registration_id: str, share: int) -> int | None:
        """Hash a share and return how many pieces it had, None where nobody waits for it any more.

        Raises BytesChangedError where an object is gone, QuotaExceededError, UnavailableError.
        """
        registration = self._registration(project, registration_id)
        if self.versions.waiting(registration) is None:
            return None
        plan = self._plan(registration)
        done = self.hashing.pieces(project, plan, shares(plan)[share])
        data = HashedShare(pieces=done).model_dump_json().encode()
        self.plans.put(project, registration_id, _name(share), data)
        return len(done)

    def finish(self, project: str, registration_id: str, cause: Cause) -> ModelVersion | None:
        """Return the version, complete, announced once; None where it is not wanted any more.

        Raises BytesChangedError, TooLargeError, UnsignableError, ContentionError, UnavailableError.
        """
        registration = self._registration(project, registration_id)
        waiting = self.versions.waiting(registration)
        if waiting is None:
            return self.versions.ended(registration)
        files, entries = self._files(registration)
        whole = pending.completed(waiting, files).model_copy(update={"manifest": entries})
        try:
            signature = self.signing.sign(whole)
        except UnsignableError as error:
            raise BytesChangedError(f"{error}: register it with `lineal.register_files`") from error

        def decide(head: ModelHead, version: ModelVersion) -> ModelVersion:
            models = self.versions.models
            models.commit(head, pending.complete(head, version, files, signature, cause))
            return models.version(project, version.model, version.version)

        return self.versions.decided(registration, decide) or self.versions.ended(registration)

    def _registration(self, project: str, registration_id: str) -> Registration:
        return self.versions.models.registration(project, registration_id)

    def _plan(self, registration: Registration) -> Plan:
        data = self.plans.get(registration.project, registration.registration_id, PLAN)
        if sha256(data).hexdigest() != registration.plan_digest:
            raise BytesChangedError("the list of pinned files is not the one that was asked for")
        return Plan.model_validate_json(data)

    def _files(self, registration: Registration) -> tuple[Pinned, tuple[ManifestEntry, ...]]:
        """Return the files as the record keeps them, and all of them."""
        plan, project = self._plan(registration), registration.project
        entries = self.hashing.join(project, plan, self._pieces(registration, plan))
        document = self._listed(project, entries) if len(entries) > MAX_INLINE_FILES else None
        return pinned(entries, document), entries

    def _pieces(self, registration: Registration, plan: Plan) -> list[HashedPiece]:
        project, found = registration.project, registration.registration_id
        read = (self.plans.get(project, found, _name(n)) for n in range(len(shares(plan))))
        return [piece for data in read for piece in HashedShare.model_validate_json(data).pieces]

    def _listed(self, project: str, entries: tuple[ManifestEntry, ...]) -> StoredObject:
        """Store the list of files as content of the project."""
        data = FileList.of(entries, prefix_of(project)).to_bytes()
        if len(data) > MAX_READ:
            raise TooLargeError(f"a list of files has {MAX_READ:,} bytes at most, not {len(data):,}")
        digest = address_of(data)
        known = self.hashing.records.get(project, digest)
        if known is not None:
            return known
        key = object_key(project, digest)
        head = self.objects.write(key, data)
        made = StoredObject(
            digest=digest,
            sha256=sha256(data).hexdigest(),
            size=len(data),
            bucket=head.bucket,
            key=key,
            version_id=head.version_id,
        )
        return self.hashing.records.put(project, made)


def _name(share: int) -> str:
    return f"share-{share:05d}.json"
