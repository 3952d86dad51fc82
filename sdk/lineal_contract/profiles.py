"""Tabular data at a glance, and what was declared of it: the baseline that drift is measured against later.

The format is `lineal.profile.v1`; docs/datasets.md describes it. Numbers of a profile are finite: NaN counts
as `nan`, infinities as `infinite`, and neither enters minimum, maximum, mean or histogram.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from lineal_contract.base import Wire

HISTOGRAM_BINS = 20
TOP_VALUES = 20
MAX_COLUMNS = 1_000
MAX_DISTINCT = 10_000
"""Beyond so many different values a column's `distinct` is null and its `top` is of the values met first."""
MAX_VALUE_CHARS = 250

Count = Annotated[int, Field(ge=0, strict=True)]
Scalar = bool | int | float | str
"""A value of a column in a rule or a violation; times are ISO 8601."""


class ColumnType(StrEnum):
    """What a column holds, whatever library it is from."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    STRING = "string"
    DATETIME = "datetime"
    OTHER = "other"


class Histogram(Wire):
    """Counts between `edges`: bin i has edges[i] <= value < edges[i+1], the last one its upper edge too."""

    edges: tuple[float, ...]
    counts: tuple[Count, ...]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.edges) != len(self.counts) + 1:
            raise ValueError("a histogram has one edge more than counts")
        return self


class ValueCount(Wire):
    """How often a value occurs."""

    value: str
    count: Count


class ColumnProfile(Wire):
    """One column. `count` is the values that are not null.

    Numbers have a histogram; times are seconds since the epoch there. Strings and booleans have `top`, the
    most frequent values first, and string lengths as `minimum` and `maximum`.
    """

    name: str
    type: ColumnType
    native_type: str
    count: Count
    nulls: Count
    nan: Count = 0
    infinite: Count = 0
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    deviation: float | None = None
    histogram: Histogram | None = None
    top: tuple[ValueCount, ...] = ()
    distinct: Count | None = None


class Profile(Wire):
    """The columns of a table: the first 1,000, and `columns_left_out` is how many there are besides.

    The figures are of the first `profiled_rows` rows; `rows` is null where the rest was not counted.
    """

    format: Literal["lineal.profile.v1"] = "lineal.profile.v1"
    rows: Count | None
    profiled_rows: Count
    columns: tuple[ColumnProfile, ...]
    columns_left_out: Count = 0


class ColumnRule(Wire):
    """What is declared of a column. Minimum and maximum are allowed themselves; null is not unless said."""

    type: ColumnType | None = None
    nullable: Annotated[bool, Field(strict=True)] = False
    required: Annotated[bool, Field(strict=True)] = True
    minimum: float | None = None
    maximum: float | None = None
    allowed: Annotated[tuple[Scalar, ...], Field(max_length=MAX_DISTINCT)] | None = None


class DatasetSchema(Wire):
    """What is declared of a table. Other columns are fine, unless `extra_columns` is false."""

    columns: Annotated[dict[str, ColumnRule], Field(max_length=MAX_COLUMNS)]
    extra_columns: Annotated[bool, Field(strict=True)] = True
    min_rows: Count = 0

    @classmethod
    def of(cls, declared: Any) -> "DatasetSchema":
        """Return the schema that a mapping, or a schema, declares. Raises pydantic.ValidationError."""
        return declared if isinstance(declared, cls) else cls.model_validate(declared)


class Violation(Wire):
    """A rule of the declared schema that the data breaks: how often, and one value that does."""

    column: str
    rule: Literal["missing", "extra", "type", "nullable", "minimum", "maximum", "allowed", "min_rows"]
    count: Count
    example: str | None = None
    message: str
