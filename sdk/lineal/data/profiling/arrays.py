"""NumPy arrays of one or two dimensions; columns go by their number."""

from collections.abc import Iterator
from typing import Any

from lineal.data.profiling.tables import BATCH_ROWS, Batch, Column, Table, Values
from lineal_contract.profiles import ColumnType

_KINDS = {
    "b": ColumnType.BOOLEAN,
    "i": ColumnType.INTEGER,
    "u": ColumnType.INTEGER,
    "f": ColumnType.NUMBER,
    "U": ColumnType.STRING,
}


def array_table(array: Any) -> Table | None:
    """Return an array as a table; None for one of other dimensions."""
    if array.ndim not in (1, 2):
        return None
    grid = array.reshape(-1, 1) if array.ndim == 1 else array
    kind = _KINDS.get(array.dtype.kind, ColumnType.OTHER)
    columns = [Column(str(number), kind, str(array.dtype)) for number in range(grid.shape[1])]

    def batches() -> Iterator[Batch]:
        for start in range(0, len(grid), BATCH_ROWS):
            rows = grid[start : start + BATCH_ROWS]
            yield Batch(len(rows), [_values(kind, rows[:, at]) for at in range(rows.shape[1])])

    return Table(columns, len(grid), batches)


def _values(kind: ColumnType, column: Any) -> Values:
    if kind is ColumnType.STRING:
        return Values(column.tolist(), 0)
    if kind is ColumnType.OTHER:
        return Values(range(len(column)), 0)
    return Values(column.astype(float) if kind is ColumnType.NUMBER else column, 0)
