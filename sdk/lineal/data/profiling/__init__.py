"""Looking at tables: their columns at a glance, and whether they keep what was declared of them."""

from dataclasses import dataclass
from typing import Any

from lineal.data.profiling.checking import Checks
from lineal.data.profiling.columns import ColumnFigures
from lineal.data.profiling.tables import Table, table_of
from lineal_contract.profiles import MAX_COLUMNS, DatasetSchema, Profile, Violation

MAX_ROWS = 10_000_000
"""How many rows are looked at where no schema asks for all of them."""


@dataclass(frozen=True)
class Look:
    """What was seen of a table."""

    profile: Profile
    violations: tuple[Violation, ...] = ()


def look_at(data: Any, declared: DatasetSchema | None = None, *, max_rows: int = MAX_ROWS) -> Look | None:
    """Return the profile of a table and what breaks its schema; None for what is no table.

    Reads in batches, twice: ranges first, then histograms between them. Raises InputError where a schema is
    declared of something that cannot be read as a table.
    """
    table = table_of(data, required=declared is not None)
    if table is None:
        return None
    limit = None if declared else max_rows
    figures = [ColumnFigures(column) for column in table.columns[:MAX_COLUMNS]]
    checks = Checks(declared, table.columns) if declared else None
    rows = 0
    for batch in table.batches(limit):
        rows += batch.rows
        for each, values in zip(figures, batch.columns, strict=False):
            each.add(values)
        if checks:
            checks.add(batch)
    for batch in table.batches(limit):
        for each, values in zip(figures, batch.columns, strict=False):
            each.add_to_histogram(values)
    profile = Profile(
        rows=rows if limit is None or rows < limit else table.rows,
        profiled_rows=rows,
        columns=tuple(each.profile() for each in figures),
        columns_left_out=max(0, len(table.columns) - MAX_COLUMNS),
    )
    return Look(profile, checks.violations(rows) if checks else ())


__all__ = ["Look", "Table", "look_at"]
