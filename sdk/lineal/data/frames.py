"""Tables in memory as bytes that are the same for a copy: pandas, polars and pyarrow.

[[column, dtype], ...] as canonical JSON, newline, the table as CSV; of pandas with the index
"""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from lineal.errors import InputError
from lineal_contract.digests import canonical_json


def as_frame(data: Any) -> Any:
    """Return a column of pandas or polars as the table of it alone, and other data as it is."""
    return data.to_frame() if hasattr(data, "to_frame") else data


def is_frame(data: Any) -> bool:
    """Say whether `data` is a table of pandas, polars or pyarrow; none of them is imported for that."""
    return is_pandas(data) or is_polars(data) or is_arrow(data)


def is_pandas(data: Any) -> bool:
    """Say whether `data` is a pandas DataFrame."""
    return hasattr(data, "to_csv") and hasattr(data, "dtypes")


def is_polars(data: Any) -> bool:
    """Say whether `data` is a polars DataFrame."""
    return hasattr(data, "write_csv") and hasattr(data, "schema")


def is_arrow(data: Any) -> bool:
    """Say whether `data` is a pyarrow Table."""
    return hasattr(data, "to_batches") and hasattr(data, "schema")


def frame_bytes(frame: Any) -> Iterator[bytes]:
    """Yield what a table counts by. Raises InputError for columns that CSV cannot hold."""
    if is_pandas(frame):
        yield _head(frame.dtypes.items())
        yield frame.to_csv(index=True, lineterminator="\n").encode()
    elif is_polars(frame):
        yield _head(frame.schema.items())
        yield _polars_csv(frame)
    else:
        yield _head((field.name, field.type) for field in frame.schema)
        yield _arrow_csv(frame)


def _head(columns: Iterable[tuple[Any, Any]]) -> bytes:
    return canonical_json([[str(name), str(dtype)] for name, dtype in columns]) + b"\n"


def _polars_csv(frame: Any) -> bytes:
    from polars.exceptions import PolarsError

    try:
        return str(frame.write_csv()).encode()
    except PolarsError as error:
        raise _unstable(error) from error


def _arrow_csv(frame: Any) -> bytes:
    from pyarrow import ArrowException, csv

    into = io.BytesIO()
    try:
        csv.write_csv(frame, into)
    except ArrowException as error:
        raise _unstable(error) from error
    return into.getvalue()


def _unstable(error: Exception) -> InputError:
    return InputError(f"this table has no stable bytes, store it in a file: {error}")
