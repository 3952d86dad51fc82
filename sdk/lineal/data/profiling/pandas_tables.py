"""pandas DataFrames. What pandas takes for missing, NaN among numbers included, is null."""

from collections.abc import Iterator
from typing import Any

import numpy

from lineal.data.profiling.tables import BATCH_ROWS, Batch, Column, Table, Values
from lineal_contract.profiles import ColumnType

_LOOKED_AT = 1_000
_KINDS = {
    "b": ColumnType.BOOLEAN,
    "i": ColumnType.INTEGER,
    "u": ColumnType.INTEGER,
    "f": ColumnType.NUMBER,
    "M": ColumnType.DATETIME,
}


def pandas_table(frame: Any) -> Table:
    """Return a DataFrame as a table."""
    series = [frame.iloc[:, at] for at in range(frame.shape[1])]
    columns = [
        Column(str(name), _type(each), str(each.dtype))
        for name, each in zip(frame.columns, series, strict=True)
    ]

    def batches() -> Iterator[Batch]:
        for start in range(0, len(frame), BATCH_ROWS):
            some = [each.iloc[start : start + BATCH_ROWS] for each in series]
            rows = min(BATCH_ROWS, len(frame) - start)
            yield Batch(rows, [_values(c, s) for c, s in zip(columns, some, strict=True)])

    return Table(columns, len(frame), batches)


def _type(series: Any) -> ColumnType:
    kind = _KINDS.get(getattr(series.dtype, "kind", "O"))
    if kind is not None:
        return kind
    first = list(series.dropna().iloc[:_LOOKED_AT])
    if first and all(isinstance(value, bool) for value in first):
        return ColumnType.BOOLEAN
    return ColumnType.STRING if all(isinstance(value, str) for value in first) else ColumnType.OTHER


def _values(column: Column, series: Any) -> Values:
    present = series.dropna()
    nulls = len(series) - len(present)
    if column.type is ColumnType.STRING:
        return Values([str(value) for value in present], nulls)
    if column.type is ColumnType.OTHER:
        return Values(range(len(present)), nulls)
    if column.type is ColumnType.DATETIME:
        if getattr(present.dtype, "tz", None) is not None:
            present = present.dt.tz_convert("UTC").dt.tz_localize(None)
        return Values(present.to_numpy(dtype="datetime64[us]").astype("int64") / 1e6, nulls)
    wanted = {ColumnType.BOOLEAN: bool, ColumnType.NUMBER: float}.get(column.type)
    return Values(numpy.asarray(present.to_numpy(), dtype=wanted), nulls)
