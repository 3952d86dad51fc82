"""How the files of an artifact are listed: in the request where they are few, else in a stored document."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from lineal.errors import InputError, UnexpectedAnswerError
from lineal_contract.artifacts import MAX_INLINE_FILES, ArtifactFile, ManifestEntry
from lineal_contract.base import Digest
from lineal_contract.digests import address_of
from lineal_contract.lists import MAX_FILES, MAX_LIST_BYTES, FileList, prefix_of


@dataclass(frozen=True)
class Listed:
    """Files as a request names them, and the document to store before it where it names that."""

    files: tuple[ArtifactFile, ...] = ()
    manifest: Digest | None = None
    document: bytes | None = None


def listed(entries: Sequence[ManifestEntry], project: str) -> Listed:
    """Return stored files as a request names them. Raises InputError for too many."""
    check_count(len(entries))
    if len(entries) <= MAX_INLINE_FILES:
        return Listed(tuple(ArtifactFile(path=entry.path, digest=entry.object.digest) for entry in entries))
    document = FileList.of(entries, prefix_of(project)).to_bytes()
    if len(document) > MAX_LIST_BYTES:
        raise InputError(f"the paths of {len(entries):,} files are too long together")
    return Listed(manifest=address_of(document), document=document)


def read_list(document: bytes) -> tuple[ManifestEntry, ...]:
    """Return what a document lists. Raises UnexpectedAnswerError."""
    try:
        return FileList.model_validate_json(document).entries()
    except ValidationError as error:
        raise UnexpectedAnswerError("the stored list of files is none") from error


def check_count(count: int) -> None:
    """Raise InputError for more files than one artifact has, before they are hashed and sent."""
    if count > MAX_FILES:
        message = f"an artifact has {MAX_FILES:,} files at most, not {count:,}: store an archive, or several"
        raise InputError(message)
