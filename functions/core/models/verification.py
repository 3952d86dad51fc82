"""Hashing a version's stored bytes again, in steps that fit a function's time."""

from collections.abc import Callable, Sequence

from functions.core.errors import BytesChangedError, InvalidRequestError, NotFoundError
from functions.core.models.pending import check_ready
from functions.core.ports.objects import ObjectStore
from lineal_contract.artifacts import ManifestEntry, manifest_digest
from lineal_contract.digests import content_address, part_count, part_length
from lineal_contract.lineage import FileFailure, Verification, VerifyVersion
from lineal_contract.registry import ModelVersion

_TOLD = 5


def verify(
    version: ModelVersion, start: VerifyVersion, objects: ObjectStore, time_left: Callable[[], bool]
) -> Verification:
    """Hash from `start` on while there is `time_left`, at least one part; say where to go on.

    Raises InvalidRequestError for a place that the manifest does not have, BytesChangedError when the
    manifest itself is not the one the version was registered with, NotReadyError for a version without one.
    """
    check_manifest(version)
    if start.file >= len(version.manifest):
        raise InvalidRequestError("the manifest has no such file")
    if len(start.part_digests) >= part_count(version.manifest[start.file].object.size):
        raise InvalidRequestError("the cursor leaves nothing of the file to read")
    done = size = 0
    failures: list[FileFailure] = []
    digests = list(start.part_digests)
    for index in range(start.file, len(version.manifest)):
        entry = version.manifest[index]
        try:
            for number in range(len(digests) + 1, part_count(entry.object.size) + 1):
                if size and not time_left():
                    cursor = VerifyVersion(file=index, part_digests=tuple(digests))
                    return Verification(files=done, bytes=size, failures=tuple(failures), next=cursor)
                digests.append(objects.part_digest(entry.object, number))
                size += part_length(entry.object.size, number)
            failures += compare(entry, digests)
        except NotFoundError as error:
            failures.append(unreadable(entry, error))
        done, digests = done + 1, []
    return Verification(files=done, bytes=size, failures=tuple(failures))


def check_manifest(version: ModelVersion) -> None:
    """Raise BytesChangedError for a manifest that is not the registered one, NotReadyError without one."""
    check_ready(version)
    if manifest_digest(version.manifest) != version.manifest_digest:
        raise BytesChangedError("the manifest does not match its own digest")


def verify_whole(version: ModelVersion, objects: ObjectStore) -> None:
    """Hash all bytes of a version at once. Raises BytesChangedError, with the paths, on a difference."""
    result = verify(version, VerifyVersion(), objects, lambda: True)
    if result.failures:
        raise BytesChangedError(summary(result.failures))


def summary(failures: Sequence[FileFailure]) -> str:
    """Return failures in words, the first few by path: events and audit records have limits."""
    told = [f"{failure.path}: {failure.detail}" for failure in failures[:_TOLD]]
    more = [f"and {len(failures) - _TOLD} more"] if len(failures) > _TOLD else []
    return "; ".join(told + more)


def compare(entry: ManifestEntry, digests: Sequence[str]) -> list[FileFailure]:
    """Return what is wrong with a file whose parts have these digests."""
    found = content_address(digests)
    if found == entry.object.digest:
        return []
    detail = "the stored bytes do not match the registered digest"
    return [FileFailure(path=entry.path, expected=entry.object.digest, found=found, detail=detail)]


def unreadable(entry: ManifestEntry, error: NotFoundError) -> FileFailure:
    """Return what is wrong with a file that is not there."""
    return FileFailure(path=entry.path, expected=entry.object.digest, detail=error.detail)
