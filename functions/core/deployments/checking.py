"""Hashing the bytes of a deployment again, in shares of which many run at once.

What a share finds lies in the bucket until all are compared: a workflow's state has no room for the digests
of a long file's parts. A share that runs again finds the same, since a manifest names versions of objects.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from functions.core.errors import NotFoundError
from functions.core.models.signing import Signing
from functions.core.models.verification import check_manifest, compare, unreadable
from functions.core.objects.manifests import whole
from functions.core.objects.plans import SHARE_BYTES, HashedPiece, Piece, check_size, cut
from functions.core.ports.objects import ObjectStore
from functions.core.ports.registry import ModelStore
from functions.core.ports.staging import Plans
from lineal_contract.artifacts import ManifestEntry
from lineal_contract.base import Wire
from lineal_contract.lineage import FileFailure
from lineal_contract.registry import ModelVersion

Manifest = Sequence[ManifestEntry]


class CheckedShare(Wire):
    """What came of a share: files that are wrong, and digests of the parts of files that other shares end."""

    failures: tuple[FileFailure, ...] = ()
    pieces: tuple[HashedPiece, ...] = ()


@dataclass(frozen=True)
class Checking:
    """Compares what is stored with the manifest that was approved, before any traffic sees it."""

    models: ModelStore
    objects: ObjectStore
    signing: Signing
    plans: Plans

    def plan(self, project: str, model: str, deployment_id: str) -> tuple[int, ...]:
        """Return the numbers of the shares.

        Raises BytesChangedError for a manifest or a signature that is not the registered one, TooLargeError.
        """
        version = self._version(project, model, deployment_id)
        check_size(len(version.manifest), sum(entry.object.size for entry in version.manifest))
        self.signing.check(version)
        return tuple(range(len(shares(version.manifest))))

    def check(self, project: str, model: str, deployment_id: str, share: int) -> int:
        """Hash a share and keep what came of it; return how many files are wrong. Raises UnavailableError."""
        version = self._version(project, model, deployment_id)
        found = checked(version.manifest, shares(version.manifest)[share], self.objects)
        self.plans.put(project, deployment_id, _name(share), found.model_dump_json().encode())
        return len(found.failures)

    def failures(self, project: str, model: str, deployment_id: str) -> tuple[FileFailure, ...]:
        """Return the files that are wrong, of all shares. Raises NotFoundError where one has not run."""
        version = self._version(project, model, deployment_id)
        names = (_name(number) for number in range(len(shares(version.manifest))))
        read = (self.plans.get(project, deployment_id, name) for name in names)
        return joined(version.manifest, (CheckedShare.model_validate_json(data) for data in read))

    def _version(self, project: str, model: str, deployment_id: str) -> ModelVersion:
        deployment = self.models.deployment(project, model, deployment_id)
        if deployment is None:
            raise NotFoundError(f"endpoint {model!r} has no deployment {deployment_id}")
        version = whole(self.models.version(project, model, deployment.version), self.objects)
        check_manifest(version)
        return version


def shares(manifest: Manifest) -> tuple[tuple[Piece, ...], ...]:
    """Return how the bytes of a manifest are shared out, the same for the same manifest."""
    return cut(((n, entry.object.size) for n, entry in enumerate(manifest)), SHARE_BYTES)


def checked(manifest: Manifest, share: Sequence[Piece], objects: ObjectStore) -> CheckedShare:
    """Hash the pieces of a share; files that it has whole are compared at once."""
    failures: list[FileFailure] = []
    pieces: list[HashedPiece] = []
    for piece in share:
        entry = manifest[piece.file]
        numbers = range(piece.first, piece.first + piece.parts)
        try:
            digests = tuple(objects.part_digest(entry.object, number) for number in numbers)
        except NotFoundError as error:
            failures.append(unreadable(entry, error))
            continue
        if piece.whole:
            failures += compare(entry, digests)
        else:
            pieces.append(HashedPiece(file=piece.file, first=piece.first, part_digests=digests))
    return CheckedShare(failures=tuple(failures), pieces=tuple(pieces))


def joined(manifest: Manifest, done: Iterable[CheckedShare]) -> tuple[FileFailure, ...]:
    """Return the files that are wrong, each once, after putting the parts of long ones together."""
    failures: dict[str, FileFailure] = {}
    parts: dict[int, list[HashedPiece]] = {}
    for share in done:
        failures |= {failure.path: failure for failure in share.failures}
        for piece in share.pieces:
            parts.setdefault(piece.file, []).append(piece)
    for number, pieces in parts.items():
        digests = [d for piece in sorted(pieces, key=lambda p: p.first) for d in piece.part_digests]
        for failure in compare(manifest[number], digests):
            failures.setdefault(failure.path, failure)
    return tuple(failures.values())


def _name(share: int) -> str:
    return f"share-{share:05d}.json"
