"""pyarrow's tables and what it reads from files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pyarrow import compute, dataset, float64, string, types

from lineal.data.profiling.tables import BATCH_ROWS, Batch, Column, Table, Values
from lineal_contract.profiles import ColumnType


def files_table(files: Sequence[Path], kind: str) -> Table:
    """Return CSV or Parquet files as one table. Raises what pyarrow raises of files that are none."""
    found = dataset.dataset([str(file) for file in files], format=kind)
    rows = found.count_rows() if kind == "parquet" else None
    return arrow_table(found.schema, lambda: found.to_batches(batch_size=BATCH_ROWS), rows)


def arrow_table(
    schema: Any, read: Callable[[], Iterable[Any]], rows: int | None, native: Sequence[str] | None = None
) -> Table:
    """Return what has this schema and gives these record batches."""
    named = native or [str(field.type) for field in schema]
    columns = [Column(field.name, _type(field.type), kind) for field, kind in zip(schema, named, strict=True)]

    def batches() -> Iterator[Batch]:
        for batch in read():
            pairs = zip(columns, batch.columns, strict=True)
            yield Batch(batch.num_rows, [_values(column, array) for column, array in pairs])

    return Table(columns, rows, batches)


def _type(kind: Any) -> ColumnType:
    if types.is_dictionary(kind):
        return _type(kind.value_type)
    if types.is_boolean(kind):
        return ColumnType.BOOLEAN
    if types.is_integer(kind):
        return ColumnType.INTEGER
    if types.is_floating(kind) or types.is_decimal(kind):
        return ColumnType.NUMBER
    if types.is_string(kind) or types.is_large_string(kind) or str(kind) == "string_view":
        return ColumnType.STRING
    return ColumnType.DATETIME if types.is_timestamp(kind) or types.is_date(kind) else ColumnType.OTHER


def _values(column: Column, array: Any) -> Values:
    if types.is_dictionary(array.type):
        array = array.dictionary_decode()
    present = array.drop_null()
    if column.type is ColumnType.STRING:
        return Values(present.cast(string()).to_pylist(), array.null_count)
    if column.type is ColumnType.NUMBER:
        present = present.cast(float64())
    if column.type is ColumnType.OTHER:
        return Values(range(len(present)), array.null_count)
    if column.type is ColumnType.DATETIME:
        seconds = compute.cast(present, "timestamp[us]", safe=False).to_numpy(zero_copy_only=False)
        return Values(seconds.astype("int64") / 1e6, array.null_count)
    return Values(present.to_numpy(zero_copy_only=False), array.null_count)
