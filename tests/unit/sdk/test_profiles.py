"""Tables at a glance, and held against what was declared of them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest
from pyarrow import csv, parquet

import lineal
from lineal.data.profiling import look_at
from lineal_contract.datasets import DatasetManifest
from lineal_contract.profiles import HISTOGRAM_BINS, MAX_DISTINCT, ColumnProfile, DatasetSchema
from tests.unit.sdk.fake_server import FakeServer

ROWS = 200_000
COLUMNS: dict[str, list[Any]] = {
    "age": [31, 47, None, 62],
    "dose": [0.5, 1.5, 2.5, None],
    "sex": ["f", "m", "f", None],
    "healthy": [True, False, True, True],
    "seen": [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)] + [None],
}


def as_csv(folder: Path) -> Path:
    csv.write_csv(pyarrow.table(COLUMNS), folder / "rows.csv")
    return folder / "rows.csv"


def as_parquet(folder: Path) -> Path:
    parquet.write_table(pyarrow.table(COLUMNS), folder / "rows.parquet")
    return folder / "rows.parquet"


def as_parquet_parts(folder: Path) -> Path:
    table = pyarrow.table(COLUMNS)
    (folder / "parts").mkdir()
    (folder / "parts" / "_SUCCESS").touch()
    for part in range(2):
        parquet.write_table(table.slice(part * 2, 2), folder / "parts" / f"{part}.parquet")
    return folder / "parts"


MAKERS: list[Callable[[Path], Any]] = [
    lambda _: pyarrow.table(COLUMNS),
    lambda _: polars.DataFrame(COLUMNS),
    lambda _: pandas.DataFrame(COLUMNS).astype({"age": "Int64"}),
    as_csv,
    as_parquet,
    as_parquet_parts,
]
NAMES = ["pyarrow", "polars", "pandas", "csv", "parquet", "parts"]


def columns_of(data: Any) -> dict[str, ColumnProfile]:
    look = look_at(data)
    assert look is not None
    return {column.name: column for column in look.profile.columns}


@pytest.mark.parametrize("make", MAKERS, ids=NAMES)
def test_every_library_gives_the_same_figures(tmp_path: Path, make: Callable[[Path], Any]) -> None:
    look = look_at(make(tmp_path))
    assert look is not None
    assert look.profile.rows == 4
    column = {each.name: each for each in look.profile.columns}
    assert [c.type for c in column.values()] == ["integer", "number", "string", "boolean", "datetime"]
    age, dose, sex = column["age"], column["dose"], column["sex"]
    assert (age.count, age.nulls, age.minimum, age.maximum) == (3, 1, 31.0, 62.0)
    assert (dose.mean, dose.deviation) == (1.5, pytest.approx((2 / 3) ** 0.5))
    assert dose.histogram is not None
    assert (sum(dose.histogram.counts), len(dose.histogram.counts)) == (3, HISTOGRAM_BINS)
    assert (dose.histogram.edges[0], dose.histogram.edges[-1]) == (0.5, 2.5)
    if make is not as_csv:  # where an empty field is an empty string
        assert (sex.nulls, [(t.value, t.count) for t in sex.top]) == (1, [("f", 2), ("m", 1)])
    assert column["healthy"].distinct == 2
    assert column["seen"].minimum == datetime(2026, 1, 1, tzinfo=UTC).timestamp()


def test_batches_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    values = numpy.random.default_rng(7).normal(size=(ROWS, 2)) + 1e6
    profile = columns_of(values)["1"]
    assert profile.mean == pytest.approx(values[:, 1].mean(), rel=1e-12)
    assert profile.deviation == pytest.approx(values[:, 1].std(), rel=1e-6)
    assert profile.histogram is not None
    expected, _ = numpy.histogram(values[:, 1], HISTOGRAM_BINS)
    assert profile.histogram.counts == tuple(expected)


def test_what_is_no_finite_number_is_counted_apart() -> None:
    profile = columns_of(numpy.array([1.0, numpy.nan, numpy.inf, -numpy.inf, 3.0]))["0"]
    assert (profile.count, profile.nan, profile.infinite) == (5, 1, 2)
    assert (profile.minimum, profile.maximum, profile.mean) == (1.0, 3.0, 2.0)


@pytest.mark.parametrize(
    ("values", "counts"), [([7.0, 7.0], (2,)), ([], None), ([-1.7e308, 1.7e308], None), ([numpy.nan], None)]
)
def test_a_column_without_a_range_has_one_bin_or_none(
    values: list[float], counts: tuple[int, ...] | None
) -> None:
    histogram = columns_of(numpy.array(values))["0"].histogram
    assert (histogram and histogram.counts) == counts


def test_memory_stays_bounded_with_many_values() -> None:
    frame = pyarrow.table({"id": [f"user {n % (MAX_DISTINCT + 5_000)}" for n in range(ROWS)]})
    profile = columns_of(frame)["id"]
    assert (profile.distinct, len(profile.top), profile.count) == (None, 20, ROWS)


def test_a_table_is_looked_at_up_to_a_limit() -> None:
    look = look_at(numpy.zeros(ROWS), max_rows=70_000)
    assert look is not None
    assert (look.profile.rows, look.profile.profiled_rows) == (ROWS, 131_072)


SCHEMA = {
    "columns": {
        "age": {"type": "integer", "minimum": 18, "maximum": 60, "nullable": True},
        "dose": {"type": "number", "nullable": True},
        "sex": {"type": "string", "allowed": ["m", "d"]},
        "weight": {"type": "number"},
    },
    "extra_columns": False,
    "min_rows": 10,
}


def test_a_broken_schema_is_said_column_by_column_and_recorded(
    server: FakeServer, run: lineal.ActiveRun
) -> None:
    with pytest.raises(lineal.SchemaError, match=r"age has 1 value above 60\.0, such as 62") as caught:
        run.use_dataset("patients", pyarrow.table(COLUMNS), schema=SCHEMA)
    assert {(v.column, v.rule, v.count, v.example) for v in caught.value.violations} == {
        ("weight", "missing", 1, None),
        ("healthy", "extra", 1, None),
        ("seen", "extra", 1, None),
        ("age", "maximum", 1, "62"),
        ("sex", "nullable", 1, None),
        ("sex", "allowed", 2, "f"),
        ("(table)", "min_rows", 1, "4"),
    }
    (recorded,) = server.runs[run.id].datasets
    assert (recorded.schema_valid, recorded.rows) == (False, 4)
    assert recorded.manifest is not None
    manifest = DatasetManifest.model_validate_json(server.objects[recorded.manifest])
    assert (manifest.violations, manifest.declared) == (
        caught.value.violations,
        DatasetSchema.model_validate(SCHEMA),
    )
    assert manifest.profile is not None


def test_a_broken_schema_can_be_a_warning(run: lineal.ActiveRun) -> None:
    with pytest.warns(lineal.LinealWarning, match="weight is missing"):
        run.use_dataset("d", pyarrow.table(COLUMNS), schema=SCHEMA, on_violation="warn")


@pytest.mark.parametrize("wrong", ["integer", "string", "boolean", "datetime"])
def test_another_type_than_declared_is_said(wrong: str) -> None:
    declared = DatasetSchema.model_validate({"columns": {"dose": {"type": wrong, "nullable": True}}})
    look = look_at(pyarrow.table(COLUMNS), declared)
    assert look is not None
    assert [(v.rule, v.example) for v in look.violations] == [("type", "number (double)")]


def test_a_schema_comes_from_a_file(run: lineal.ActiveRun, tmp_path: Path) -> None:
    kept = {"columns": {"age": {"type": "number", "nullable": True}}, "min_rows": 4}
    (tmp_path / "schema.json").write_text(json.dumps(kept))
    (tmp_path / "schema.yaml").write_text("columns:\n  age: {type: number, nullable: true}\nmin_rows: 4\n")
    for name in ("schema.json", "schema.yaml"):
        dataset = run.use_dataset("d", as_parquet(tmp_path), schema=tmp_path / name)
        assert dataset.schema_valid is True


@pytest.mark.parametrize(
    "schema", [{}, {"columns": {"a": {"type": "float"}}}, {"columns": {}, "rows": 1}, [], "no/such/file.yaml"]
)
def test_what_is_no_schema_is_refused(server: FakeServer, run: lineal.ActiveRun, schema: object) -> None:
    with pytest.raises(lineal.InputError):
        run.use_dataset("d", pyarrow.table(COLUMNS), schema=schema)
    assert server.runs[run.id].datasets == ()


@pytest.mark.parametrize("data", [b"bytes", Path(__file__)])
def test_a_schema_of_what_is_no_table_is_refused(run: lineal.ActiveRun, data: object) -> None:
    with pytest.raises(lineal.InputError, match="schema can be declared"):
        run.use_dataset("d", data, schema=SCHEMA)


def test_a_file_that_only_ends_like_a_table_has_no_profile(run: lineal.ActiveRun, tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"no table")
    assert run.use_dataset(tmp_path / "x.parquet").manifest is None


def test_a_profile_can_be_left_out(run: lineal.ActiveRun) -> None:
    assert run.use_dataset("d", pyarrow.table(COLUMNS), profile=False).manifest is None
