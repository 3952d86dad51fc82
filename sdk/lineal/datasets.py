"""What a dataset is, by content. Only digests are recorded; the data stays where it is.

A file or folder counts by the bytes and relative paths of its files. Data in memory counts by these bytes:

    bytes and the like      as they are
    a NumPy array           {"dtype", "shape"} as canonical JSON, newline, elements, little endian, C order
    a pandas DataFrame      [[column, dtype], ...] as canonical JSON, newline, its CSV with the index
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lineal.errors import InputError
from lineal.files import read_tree
from lineal_contract.digests import canonical_json, dataset_digest
from lineal_contract.runs import DatasetFile

_WHOLE = "."


def dataset_files(data: Any) -> tuple[DatasetFile, ...]:
    """Return the files that `data` consists of. Raises InputError for what has no stable bytes."""
    if isinstance(data, str | os.PathLike):
        return _files_under(Path(data))
    if isinstance(data, bytes | bytearray | memoryview):
        return (_file_of([bytes(data)]),)
    if hasattr(data, "to_csv") and hasattr(data, "dtypes"):
        return (_file_of(_frame_bytes(data)),)
    if hasattr(data, "__array_interface__") and hasattr(data, "dtype"):
        return (_file_of(_array_bytes(data)),)
    raise InputError(
        f"a dataset is a path, bytes, a NumPy array or a pandas DataFrame, not {type(data).__name__}"
    )


def digest_of(files: tuple[DatasetFile, ...]) -> str:
    """Return the dataset's digest; the same for a copy elsewhere, another for one changed byte or name."""
    return dataset_digest([(f.path, f.sha256, f.size) for f in files])


def default_name(data: Any) -> str:
    """Return the name of a dataset that was given none. Raises InputError for data in memory."""
    if isinstance(data, str | os.PathLike):
        return Path(data).resolve().name
    raise InputError("data in memory needs a name: use_dataset(name, data)")


def _files_under(root: Path) -> tuple[DatasetFile, ...]:
    files = tuple(DatasetFile(path=f.path, sha256=f.sha256, size=f.size) for f in read_tree(root))
    if not files:
        raise InputError(f"{root} holds no file")
    return files


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


def _frame_bytes(frame: Any) -> Iterator[bytes]:
    columns = [[str(name), str(dtype)] for name, dtype in frame.dtypes.items()]
    yield canonical_json(columns) + b"\n"
    yield frame.to_csv(index=True, lineterminator="\n").encode()
