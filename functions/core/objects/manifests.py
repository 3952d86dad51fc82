"""Files by path, pinned: in a record where they are few, else in a stored document that the record pins."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from functions.core.errors import BytesChangedError, ConflictError, InvalidRequestError, NotFoundError
from functions.core.ports.objects import ObjectRecords, ObjectStore
from lineal_contract.artifacts import (
    MAX_INLINE_FILES,
    Artifact,
    Listing,
    ManifestEntry,
    StoredObject,
    manifest_digest,
)
from lineal_contract.digests import address_of
from lineal_contract.lists import MAX_FILES, MAX_LIST_BYTES, FileList
from lineal_contract.registry import ModelVersion

MAX_READ = 2 * MAX_LIST_BYTES
"""A restore from a backup makes lists longer: they tell both VersionIds then."""


@dataclass(frozen=True)
class Pinned:
    """Pinned files: all of them, or none where a stored document lists them. `digest` is the manifest's."""

    entries: tuple[ManifestEntry, ...]
    digest: str
    artifact_digest: str
    count: int
    size: int
    document: StoredObject | None = None


@dataclass(frozen=True)
class Manifests:
    """Reads lists of files, and holds them against what the project has stored."""

    objects: ObjectStore
    records: ObjectRecords

    def pin(self, project: str, given: Listing) -> Pinned:
        """Return stored files as a record keeps them.

        Raises NotFoundError for content that is not stored, InvalidRequestError for a path that comes twice
        and for a document that is no list, ConflictError for one that pins something else.
        """
        if given.manifest is None:
            stored = all_stored(self.records, project, [file.digest for file in given.files])
            return pinned(tuple(ManifestEntry(path=f.path, object=stored[f.digest]) for f in given.files))
        document = all_stored(self.records, project, [given.manifest])[given.manifest]
        listed = read_list(self.objects, document)
        stored = all_stored(self.records, project, [entry.object.digest for entry in listed])
        for entry in listed:
            if entry.object != stored[entry.object.digest]:
                raise ConflictError(
                    f"the list pins {entry.path!r} otherwise than it is stored: make it again"
                )
        return pinned(listed, document if len(listed) > MAX_INLINE_FILES else None)


def all_stored(records: ObjectRecords, project: str, digests: Sequence[str]) -> dict[str, StoredObject]:
    """Return what is stored of each content. Raises NotFoundError where something is not."""
    stored = records.get_many(project, digests)
    absent = [digest for digest in digests if digest not in stored]
    if absent:
        more = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
        raise NotFoundError(f"no content {absent[0]}{more} is stored in project {project}")
    return stored


def read_list(objects: ObjectStore, document: StoredObject) -> tuple[ManifestEntry, ...]:
    """Return what a stored document lists. Raises InvalidRequestError where it lists nothing."""
    if document.size > MAX_READ:
        raise InvalidRequestError(f"a list of files has {MAX_LIST_BYTES:,} bytes at most")
    data = objects.read(document)
    if address_of(data) != document.digest:
        raise BytesChangedError("the stored list of files is not the one that was recorded")
    try:
        return FileList.model_validate_json(data).entries()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "document"
        message = f"the stored document lists no files: {where}: {first['msg']}; {MAX_FILES:,} at most"
        raise InvalidRequestError(message) from error


def files_of(artifact: Artifact, objects: ObjectStore) -> tuple[ManifestEntry, ...]:
    """Return all files of an artifact. Raises BytesChangedError where the stored list is another."""
    if artifact.manifest_object is None:
        return artifact.files
    return read_list(objects, artifact.manifest_object)


def whole(version: ModelVersion, objects: ObjectStore) -> ModelVersion:
    """Return a version with all its files in the manifest, as nobody stores or sends it.

    Raises BytesChangedError where the stored list is not the one it was made of.
    """
    if version.manifest_object is None:
        return version
    entries = read_list(objects, version.manifest_object)
    if manifest_digest(entries) != version.manifest_digest:
        raise BytesChangedError("the manifest does not match its own digest")
    return version.model_copy(update={"manifest": entries})


def pinned(entries: tuple[ManifestEntry, ...], document: StoredObject | None = None) -> Pinned:
    """Return files as a record keeps them; with a document they are in there alone.

    Raises InvalidRequestError for a path that comes twice.
    """
    if len({entry.path for entry in entries}) != len(entries):
        raise InvalidRequestError("two files of the artifact have the same path")
    ordered = tuple(sorted(entries, key=lambda entry: entry.path))
    digest = manifest_digest(ordered)
    return Pinned(
        entries=() if document else ordered,
        digest=digest,
        artifact_digest=ordered[0].object.digest if len(ordered) == 1 else digest,
        count=len(ordered),
        size=sum(entry.object.size for entry in ordered),
        document=document,
    )


def pins_of(version: ModelVersion) -> Pinned:
    """Return the files of a version as another version would keep them."""
    return Pinned(
        entries=version.manifest,
        digest=version.manifest_digest,
        artifact_digest=version.artifact_digest,
        count=version.count,
        size=sum(entry.object.size for entry in version.manifest),
        document=version.manifest_object,
    )
