"""Uploads by content address, and the artifacts of a run."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lineal_contract.base import Answer, Digest, Key, KnownDigest, Millis, RelativePath, Text, Wire
from lineal_contract.digests import MAX_OBJECT_BYTES, MAX_PARTS, json_digest

MAX_INLINE_FILES = 200
"""A record with more files names the stored document that lists them."""

Size = Annotated[int, Field(ge=0, le=MAX_OBJECT_BYTES, strict=True)]


class BeginUpload(Wire):
    """The bytes a client wants stored: the digests of its parts give the content address."""

    size: Size
    part_digests: Annotated[tuple[Digest, ...], Field(min_length=1, max_length=MAX_PARTS)]


class PartUpload(Answer):
    """A presigned PUT for one part; the headers are signed and must be sent as they stand."""

    number: int
    url: str
    headers: dict[str, str]


class StoredObject(Answer):
    """Bytes in the artifacts bucket, pinned by VersionId. `sha256` is the client's claim.

    It is empty for a file that the server hashed in parts, since it was too long to be read in one go.

    A restore from a backup puts the bytes under another VersionId; `original_version_id` is then the one they
    were recorded with, which manifest digests are over.
    """

    digest: Digest
    sha256: KnownDigest
    size: Size
    bucket: str
    key: str
    version_id: str
    original_version_id: str | None = None

    @property
    def recorded_version_id(self) -> str:
        """The VersionId at the time of recording."""
        return self.original_version_id or self.version_id


class Upload(Answer):
    """What is still to be sent. A known content has `stored` and no parts.

    `missing` counts the parts that have not arrived, whoever sent the others, and `parts` are the first 500
    of them. When these are sent, asking again gives the next; when none is missing the upload can be ended.
    """

    digest: Digest
    stored: StoredObject | None = None
    missing: int = 0
    parts: tuple[PartUpload, ...] = ()


class CompleteUpload(Wire):
    """Ends an upload, with the SHA-256 of the whole. Repeating it gives the same stored object."""

    size: Size
    sha256: Digest
    part_digests: Annotated[tuple[Digest, ...], Field(min_length=1, max_length=MAX_PARTS)]


class ArtifactFile(Wire):
    """One file of an artifact, by content address."""

    path: RelativePath
    digest: Digest


class Listing(Wire):
    """Stored files, or else `manifest`, the content address of a stored `lists.FileList`.

    With more than 200 files and long paths the record may have no room for them: then it is a 413.
    """

    files: Annotated[tuple[ArtifactFile, ...], Field(max_length=1_000)] = ()
    manifest: Digest | None = None

    @model_validator(mode="after")
    def _lists_files_once(self) -> Self:
        if bool(self.files) == bool(self.manifest):
            raise ValueError("give `files`, or the `manifest` that lists them")
        return self


class Tensor(Wire):
    """One input or output of a model: shape with null for a free dimension."""

    name: str
    type: str
    shape: tuple[Annotated[int, Field(strict=True)] | None, ...]


class ModelInfo(Wire):
    """What a model artifact tells about itself."""

    format: Literal["onnx", "other"]
    model_type: Annotated[str, Field(max_length=250)] | None = None
    algorithm: Annotated[str, Field(max_length=250)] | None = None
    framework: Annotated[str, Field(max_length=250)] | None = None
    framework_version: Annotated[str, Field(max_length=250)] | None = None
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()


class ArtifactKind(StrEnum):
    """What an artifact is for."""

    FILES = "files"
    MODEL = "model"
    CHECKPOINT = "checkpoint"
    CONFIG = "config"


Step = Annotated[int, Field(ge=-(2**63), lt=2**63, strict=True)]


class LogArtifact(Listing):
    """Gives stored files a name in a run. Logging the same name and content again changes nothing.

    A checkpoint has the training step it was taken at; with `keep`, only the checkpoints of the last so many
    steps stay.
    """

    name: RelativePath
    kind: ArtifactKind = ArtifactKind.FILES
    step: Step | None = None
    keep: Annotated[int, Field(ge=1, le=1_000, strict=True)] | None = None
    model: ModelInfo | None = None
    description: Text = ""
    metadata: dict[Key, Text] = {}

    @model_validator(mode="after")
    def _steps_are_of_checkpoints(self) -> Self:
        is_checkpoint = self.kind is ArtifactKind.CHECKPOINT
        if is_checkpoint != (self.step is not None) or (self.keep is not None and not is_checkpoint):
            raise ValueError("a checkpoint has a step, and may have `keep`; other artifacts have neither")
        return self


class ManifestEntry(Answer):
    """One file of a manifest: its path, and the stored bytes it is."""

    path: RelativePath
    object: StoredObject


def manifest_digest(manifest: Iterable[ManifestEntry]) -> str:
    """Return the SHA-256 over the paths, content addresses, sizes and recorded VersionIds of a manifest."""
    return json_digest(
        [
            {
                "path": entry.path,
                "digest": entry.object.digest,
                "size": entry.object.size,
                "version_id": entry.object.recorded_version_id,
            }
            for entry in sorted(manifest, key=lambda e: e.path)
        ]
    )


class Artifact(Answer):
    """An artifact of a run; its digest is the file's content address, or the tree's manifest digest.

    `files` has all files, or none where there are more than 200: `manifest_object` lists them then.
    """

    name: str
    digest: Digest
    size: int
    files: tuple[ManifestEntry, ...]
    file_count: int | None = None
    manifest_object: StoredObject | None = None
    kind: ArtifactKind = ArtifactKind.FILES
    step: int | None = None
    model: ModelInfo | None = None
    description: str = ""
    metadata: dict[str, str] = {}
    created_at: Millis

    @property
    def count(self) -> int:
        """How many files there are."""
        return len(self.files) if self.file_count is None else self.file_count


class Download(Answer):
    """A presigned address, good for some minutes, and what its bytes must hash to."""

    stored: StoredObject
    url: str
