"""What a dataset is, by content. Digests and facts are recorded; the data stays where it is.

A path or URI counts by the files that are there, see `lineal.data.sources`. Data in memory counts by
its bytes, see `lineal.data.frames` for tables:

    bytes and the like      as they are
    a NumPy array           {"dtype", "shape"} as canonical JSON, newline, elements, little endian, C order
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lineal.client import Client
from lineal.data.frames import as_frame, frame_bytes, is_frame
from lineal.data.profiling import look_at
from lineal.data.schemas import schema_of
from lineal.data.sources import Located, locate
from lineal.errors import InputError
from lineal.http.api import checked_input
from lineal_contract.datasets import (
    MAX_INLINE_FILES,
    Dataset,
    DatasetFile,
    DatasetManifest,
    UseDataset,
    digest_of,
)
from lineal_contract.digests import address_of, canonical_json
from lineal_contract.profiles import Violation

_WHOLE = "."


@dataclass(frozen=True)
class Described:
    """A dataset as it will be recorded; `manifest` is the document to store with it, where it needs one."""

    dataset: UseDataset
    manifest: bytes | None = None
    violations: tuple[Violation, ...] = ()


def describe(
    name_or_data: Any,
    data: Any = None,
    *,
    context: str = "training",
    source: str | None = None,
    hash_remote: bool = False,
    as_of: datetime | None = None,
    schema: Any = None,
    profile: bool = True,
) -> Described:
    """Return what `use_dataset` records of data. Raises InputError for what has no stable bytes."""
    name = _default_name(name_or_data) if data is None else name_or_data
    data = as_frame(name_or_data if data is None else data)
    declared = schema_of(schema)
    found = _found(data, hash_remote=hash_remote)
    look = look_at(found.local or data, declared) if profile or declared else None
    digest = digest_of(found.files)
    few = len(found.files) <= MAX_INLINE_FILES
    with checked_input():
        manifest = DatasetManifest(
            digest=digest,
            source=source or found.source,
            revision=found.revision,
            files=found.files,
            profile=look.profile if look else None,
            declared=declared,
            violations=look.violations if look else (),
        )
        stored = None if few and look is None else manifest.to_bytes()
        dataset = UseDataset(
            name=name,
            digest=digest,
            context=context,
            source=manifest.source,
            revision=found.revision,
            files=found.files if few else (),
            file_count=len(found.files),
            size=sum(f.size for f in found.files),
            as_of=None if as_of is None else int(as_of.timestamp() * 1000),
            rows=look.profile.rows if look else None,
            schema_valid=not manifest.violations if declared else None,
            manifest=None if stored is None else address_of(stored),
        )
    return Described(dataset, stored, manifest.violations)


def record_dataset(client: Client, run_id: str, described: Described) -> Dataset:
    """Store the manifest of a dataset, where it has one, and record the dataset as an input of a run."""
    if described.manifest is not None:
        client.artifacts.store_bytes(described.manifest)
    return client.runs.use_dataset(run_id, described.dataset)


def _found(data: Any, *, hash_remote: bool) -> Located:
    if isinstance(data, str | os.PathLike):
        return locate(os.fspath(data), hash_remote=hash_remote)
    return Located((_file_of(_bytes_of(data)),), "")


def _bytes_of(data: Any) -> Iterable[bytes]:
    if isinstance(data, bytes | bytearray | memoryview):
        return [bytes(data)]
    if is_frame(data):
        return frame_bytes(data)
    if hasattr(data, "__array_interface__") and hasattr(data, "dtype"):
        return _array_bytes(data)
    raise InputError(
        "a dataset is a path, an s3:// or lakefs:// URI, bytes, a NumPy array, or a table of pandas, polars "
        f"or pyarrow, not {type(data).__name__}"
    )


def _default_name(data: Any) -> str:
    """The name of a dataset that was given none. Raises InputError for data in memory."""
    if not isinstance(data, str | os.PathLike):
        raise InputError("data in memory needs a name: use_dataset(name, data)")
    where = os.fspath(data)
    if "://" in where:
        return where.rstrip("/").rpartition("/")[2] or where
    return Path(where).resolve().name


def _file_of(blocks: Iterable[bytes]) -> DatasetFile:
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += len(block)
    return DatasetFile(path=_WHOLE, sha256=digest.hexdigest(), size=size)


def _array_bytes(array: Any) -> Iterator[bytes]:
    little = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
    if little.dtype.hasobject or little.dtype.names:
        raise InputError("an array of objects or records has no stable bytes; store it in a file")
    yield canonical_json({"dtype": little.dtype.str, "shape": list(little.shape)}) + b"\n"
    yield little.tobytes(order="C")
