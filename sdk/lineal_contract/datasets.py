"""Datasets: what data a run used, by digest, and the stored manifest that lists all of it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lineal_contract.base import Answer, Digest, Millis, Text, Wire
from lineal_contract.digests import canonical_json, dataset_digest
from lineal_contract.profiles import DatasetSchema, Profile, Violation

MAX_INLINE_FILES = 500
"""A dataset with more files lists them in its stored manifest alone."""

Count = Annotated[int, Field(ge=0, strict=True)]
Checksum = Annotated[str, Field(pattern=r"^(sha256-parts|md5|etag):[!-~]{1,250}$")]
"""What a store knows of bytes whose plain SHA-256 is not known: the kind, a colon, the store's value."""


class DatasetFile(Wire):
    """One file of a dataset: path relative to the dataset's root (`.` for a single file).

    Its content is known by `sha256`, or else by the `checksum` that its store has. `version` is the store's
    own version of it, such as an S3 VersionId, and no part of the digest.
    """

    path: Annotated[str, Field(min_length=1, max_length=1_024)]
    size: Count
    sha256: Digest | None = None
    checksum: Checksum | None = None
    version: Annotated[str, Field(min_length=1, max_length=1_024)] | None = None

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.sha256 is None and self.checksum is None:
            raise ValueError("a file needs a sha256 or a checksum")
        return self

    @property
    def content(self) -> str:
        """What stands for the bytes in the dataset's digest."""
        return self.sha256 or self.checksum or ""


def digest_of(files: tuple[DatasetFile, ...]) -> str:
    """Return the digest of a dataset that consists of `files`."""
    return dataset_digest([(f.path, f.content, f.size) for f in files])


class UseDataset(Wire):
    """Says that a run used a dataset. `digest` is `datasets.digest_of` its files.

    `source` says where the data is and `revision` which state of it, such as a lakeFS commit. `files` are all
    files, or none where `manifest`, the content address of a stored `DatasetManifest`, has them.
    `schema_valid` is null where no schema was declared, `as_of` where nobody has said of when the data is.
    """

    name: Annotated[str, Field(min_length=1, max_length=250, pattern=r"^[^\x00-\x1f\x7f]+$")]
    digest: Digest
    context: Annotated[str, Field(max_length=64)] = "training"
    source: Text = ""
    revision: Annotated[str, Field(max_length=250)] | None = None
    files: Annotated[tuple[DatasetFile, ...], Field(max_length=2_000)] = ()
    file_count: Count | None = None
    size: Count | None = None
    rows: Count | None = None
    schema_valid: Annotated[bool, Field(strict=True)] | None = None
    as_of: Millis | None = None
    manifest: Digest | None = None


class DatasetDescription(Answer):
    """What another tool says of a dataset: its own digest, and JSON texts that lineal does not read."""

    digest: str
    source_type: str = ""
    columns: str = ""
    profile: str = ""
    tags: dict[str, str] = {}


class Dataset(Answer):
    """A dataset that a run used; see `UseDataset`.

    One with a `description` has no files: its `digest` is that of what the other tool says of it.
    """

    name: str
    digest: Digest
    context: str
    source: str
    revision: str | None = None
    files: tuple[DatasetFile, ...]
    file_count: int | None = None
    size: int | None = None
    rows: int | None = None
    schema_valid: bool | None = None
    as_of: Millis | None = None
    manifest: Digest | None = None
    description: DatasetDescription | None = None


class DatasetManifest(Wire):
    """The stored document of a dataset: every file, and what is known of its rows."""

    format: Literal["lineal.dataset.v1"] = "lineal.dataset.v1"
    digest: Digest
    source: str = ""
    revision: str | None = None
    files: tuple[DatasetFile, ...]
    profile: Profile | None = None
    declared: DatasetSchema | None = None
    violations: tuple[Violation, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the document as it is stored: canonical JSON without what is null."""
        return canonical_json(self.model_dump(mode="json", exclude_none=True))
