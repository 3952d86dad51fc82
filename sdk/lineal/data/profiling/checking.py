"""Holding a table against its declared schema, batch by batch."""

from collections.abc import Sequence
from typing import Any

from lineal.data.profiling.tables import Batch, Column, Values
from lineal_contract.profiles import ColumnRule, ColumnType, DatasetSchema, Violation

_FITS = {ColumnType.NUMBER: {ColumnType.NUMBER, ColumnType.INTEGER}}
_NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DATETIME)
_SAID = {
    "missing": "is missing",
    "extra": "is not declared",
    "type": "has the type {example}",
    "nullable": "has {count} null{s}",
    "minimum": "has {count} value{s} below {bound}, such as {example}",
    "maximum": "has {count} value{s} above {bound}, such as {example}",
    "allowed": "has {count} value{s} outside the allowed ones, such as {example}",
    "min_rows": "has fewer rows than {bound}: {example}",
}
TABLE = "(table)"
"""Stands for the column where a rule is about the whole table."""


class Checks:
    """The rules of a schema and how often each was broken so far, with the first value that did."""

    def __init__(self, declared: DatasetSchema, columns: Sequence[Column]) -> None:
        self._declared = declared
        self._broken: dict[tuple[str, str], tuple[int, str | None]] = {}
        self._rules = [(at, column, declared.columns.get(column.name)) for at, column in enumerate(columns)]
        present = {column.name for column in columns}
        for name, rule in declared.columns.items():
            if rule.required and name not in present:
                self._note(name, "missing", 1, None)
        for _, column, rule_of in self._rules:
            self._check_column(column, rule_of)

    def _check_column(self, column: Column, rule: ColumnRule | None) -> None:
        if rule is None:
            if not self._declared.extra_columns:
                self._note(column.name, "extra", 1, None)
        elif rule.type is not None and column.type not in _FITS.get(rule.type, {rule.type}):
            self._note(column.name, "type", 1, f"{column.type} ({column.native_type})")

    def add(self, batch: Batch) -> None:
        """Take the next rows."""
        for at, column, rule in self._rules:
            if rule is not None:
                self._check(column, rule, batch.columns[at])

    def _check(self, column: Column, rule: ColumnRule, values: Values) -> None:
        if values.nulls and not rule.nullable:
            self._note(column.name, "nullable", values.nulls, None)
        if column.type in _NUMBERS:
            if rule.minimum is not None:
                self._note_all(column.name, "minimum", values.present[values.present < rule.minimum])
            if rule.maximum is not None:
                self._note_all(column.name, "maximum", values.present[values.present > rule.maximum])
        if rule.allowed is not None and column.type is not ColumnType.OTHER:
            allowed = set(rule.allowed)
            present = values.present if isinstance(values.present, list) else values.present.tolist()
            self._note_all(column.name, "allowed", [value for value in present if value not in allowed])

    def _note_all(self, column: str, rule: str, values: Any) -> None:
        if len(values):
            self._note(column, rule, len(values), str(values[0])[:250])

    def _note(self, column: str, rule: str, count: int, example: str | None) -> None:
        before, first = self._broken.get((column, rule), (0, example))
        self._broken[column, rule] = before + count, first

    def violations(self, rows: int) -> tuple[Violation, ...]:
        """Return what was broken, now that all rows were seen."""
        if rows < self._declared.min_rows:
            self._note(TABLE, "min_rows", 1, str(rows))
        return tuple(
            Violation.model_validate(
                {
                    "column": column,
                    "rule": rule,
                    "count": count,
                    "example": example,
                    "message": self._in_words(column, rule, count, example),
                }
            )
            for (column, rule), (count, example) in self._broken.items()
        )

    def _in_words(self, column: str, rule: str, count: int, example: str | None) -> str:
        declared = self._declared.columns.get(column, ColumnRule())
        bound = self._declared.min_rows if rule == "min_rows" else getattr(declared, rule, None)
        return f"{column} " + _SAID[rule].format(
            count=count, example=example, bound=bound, s="" if count == 1 else "s"
        )
