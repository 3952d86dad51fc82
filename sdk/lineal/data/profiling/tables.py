"""Tables of any library, and CSV and Parquet files, as batches of NumPy arrays."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineal.data.frames import is_arrow, is_pandas, is_polars
from lineal.errors import ConfigurationError, InputError
from lineal_contract.profiles import ColumnType

logger = logging.getLogger("lineal")

BATCH_ROWS = 65_536
_FORMATS = {".csv": "csv", ".parquet": "parquet", ".pq": "parquet"}


@dataclass(frozen=True)
class Column:
    """A column: its name, what it holds, and its type in the words of its library."""

    name: str
    type: ColumnType
    native_type: str


@dataclass(frozen=True)
class Values:
    """The values of a column in one batch that are not null, and how many are.

    Numbers and times are float64 (times in seconds since the epoch) or integers, booleans are bool, strings
    are Python's; of other columns only the count tells.
    """

    present: Any
    nulls: int


@dataclass(frozen=True)
class Batch:
    """Some rows."""

    rows: int
    columns: Sequence[Values]


@dataclass(frozen=True)
class Table:
    """A table that can be read more than once; `rows` is None where only reading tells."""

    columns: Sequence[Column]
    rows: int | None
    read: Callable[[], Iterator[Batch]]

    def batches(self, limit: int | None) -> Iterator[Batch]:
        """Yield batches, until `limit` rows are reached."""
        seen = 0
        for batch in self.read():
            yield batch
            seen += batch.rows
            if limit is not None and seen >= limit:
                return


def table_of(data: Any, *, required: bool) -> Table | None:
    """Return `data` as a table; None for what is none, or without the library that reads it.

    If one is `required`, raises InputError, or ConfigurationError without the library.
    """
    try:
        if is_pandas(data):
            from lineal.data.profiling.pandas_tables import pandas_table

            return pandas_table(data)
        if is_polars(data):
            return _arrow_table(data.to_arrow(), [str(dtype) for dtype in data.dtypes])
        if is_arrow(data):
            return _arrow_table(data)
        if hasattr(data, "__array_interface__"):
            from lineal.data.profiling.arrays import array_table

            return array_table(data)
        if isinstance(data, str | os.PathLike):
            return _files_table(Path(data), required=required)
    except ImportError as error:
        if required:
            message = f"checking a schema needs {error.name}: pip install 'lineal[data]'"
            raise ConfigurationError(message) from error
        return None
    if required:
        raise InputError(f"a schema can be declared of tables, not of {type(data).__name__}")
    return None


def _arrow_table(data: Any, native: Sequence[str] | None = None) -> Table:
    from lineal.data.profiling.arrow_tables import arrow_table

    return arrow_table(data.schema, lambda: data.to_batches(max_chunksize=BATCH_ROWS), data.num_rows, native)


def _files_table(path: Path, *, required: bool) -> Table | None:
    """A file, or a folder whose files are all of one format."""
    files = (
        [path]
        if path.is_file()
        else sorted(p for p in path.rglob("*") if p.is_file() and p.name[0] not in "._")
    )
    formats = {_FORMATS.get(file.suffix.lower()) for file in files}
    kind = formats.pop() if len(formats) == 1 else None
    if kind is None:
        if required:
            raise InputError(f"a schema can be declared of CSV and Parquet files, which {path} is not")
        return None
    from lineal.data.profiling.arrow_tables import files_table

    try:
        return files_table(files, kind)
    except (ValueError, OSError, NotImplementedError) as error:  # pyarrow's own derive from these
        if required:
            raise InputError(f"{path} cannot be read as a table: {error}") from error
        logger.warning("%s has no profile, it cannot be read as a table: %s", path, error)
        return None
