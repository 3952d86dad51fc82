"""Blocks of columns: they answer every search as looking at each run by itself does."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from functions.core.runs.blocks import Head, Row, written
from functions.core.runs.columns import Block
from functions.core.runs.fields import CHOICES, fields_of
from functions.core.runs.ranking import first, not_behind
from functions.core.runs.scanning import matching, needed
from functions.core.runs.search import condition, ordering, position
from functions.core.runs.values import like, liker
from lineal_contract.datasets import Dataset, DatasetDescription
from lineal_contract.runs import Lifecycle, ModelFacts, Run, RunStatus
from tests.unit.core.test_search import run

KEYS = ("a", "b")
TEXTS = st.sampled_from(["", "0", "-0.0", "1", "1.0", "1e1", "2", "10", "a", "A", "ab", "nan", "inf", "٣"])
NUMBERS = st.sampled_from([-math.inf, -1.0, -0.0, 0.0, 0.5, 1.0, 1.0000000001, 10.0, math.inf, math.nan])
DATASETS = st.builds(
    Dataset,
    name=st.sampled_from(["train", "test"]),
    digest=st.sampled_from(["d" * 64, "e" * 64]),
    context=st.sampled_from(["", "training"]),
    source=st.sampled_from(["", "1"]),
    files=st.just(()),
    description=st.none()
    | st.builds(DatasetDescription, digest=TEXTS, source_type=st.just("local"), schema_=st.none()),
)
RUNS = st.lists(
    st.fixed_dictionaries(
        {
            "name": TEXTS.map(lambda text: f"{text}!"),
            "params": st.dictionaries(st.sampled_from(KEYS), TEXTS),
            "tags": st.dictionaries(st.sampled_from(KEYS), TEXTS),
            "metrics": st.dictionaries(st.sampled_from(KEYS), NUMBERS),
            "datasets": st.lists(DATASETS, max_size=2).map(tuple),
            "note": TEXTS,
            "status": st.sampled_from([RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED]),
            "lifecycle": st.sampled_from(Lifecycle),
            "ended_at": st.none() | st.integers(0, 3),
            "model": st.none() | st.builds(ModelFacts, model_type=st.just("Ridge")),
        }
    ),
    max_size=20,
)
ASKED = st.sampled_from(
    [f"{space}.{key}" for space in ("metrics", "params", "tags") for key in (*KEYS, "missing")]
    + [f"attributes.{name}" for name in ("run_id", "name", "status", "note", "ended_at", "started_at")]
    + [f"attributes.{name}" for name in ("model_type", "algorithm", "parent_run_id", "lifecycle")]
    + [f"datasets.{key}" for key in ("name", "digest", "context", "source")]
)
LITERALS = st.sampled_from(["0", "-1", "1.0", "10", "1e999", "'1'", "'a'", "''", "'nan'", "'train'", "'inf'"])
COMPARATORS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
TIMES = st.sampled_from(["'1970-01-01'", "'1970-01-01T00:00:00.002Z'", "1", "'2'", "'nan'", "-1"])


def said_of(field: str) -> st.SearchStrategy[str]:
    """Return what a field may be compared with: of times, times alone, and of a choice, what there is."""
    choices = CHOICES.get(field.removeprefix("attributes."))
    if choices is not None:
        return st.sampled_from([f"'{choice}'" for choice in sorted(choices)])
    return TIMES if field.endswith("_at") else LITERALS


def among(field: str) -> st.SearchStrategy[str]:
    """Return lists of what a field may be compared with."""
    return st.lists(said_of(field), min_size=1).map(lambda found: f"({', '.join(found)})")


TESTS = st.one_of(
    ASKED.flatmap(lambda field: st.tuples(st.just(field), COMPARATORS, said_of(field))),
    st.tuples(
        ASKED.filter(lambda field: not field.startswith("metrics")),
        st.sampled_from(["LIKE", "ILIKE", "NOT LIKE"]),
        st.sampled_from(["'%'", "'a%'", "'_'", "'1%'"]),
    ),
    ASKED.flatmap(lambda field: st.tuples(st.just(field), st.sampled_from(["IN", "NOT IN"]), among(field))),
    st.tuples(ASKED, st.sampled_from(["IS NULL", "IS NOT NULL"])),
).map(" ".join)
FILTERS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        inner.map(lambda text: f"NOT ({text})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda all_: f"({' AND '.join(all_)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda all_: f"({' OR '.join(all_)})"),
    ),
    max_leaves=6,
)
ORDERS = st.lists(st.tuples(ASKED, st.sampled_from(["ASC", "DESC"])).map(" ".join), max_size=3)


def runs_of(given_: Sequence[dict[str, Any]]) -> list[Run]:
    """Return runs whose ids are not in the order in which they are given."""
    return [run((number * 7) % 31, **fields) for number, fields in enumerate(given_)]


def block_of(runs: Sequence[Run]) -> Block:
    """Return runs as a block that was written and read."""
    data, head = written(Row(r.run_id, {f: f.values(r) for f in fields_of(r)}) for r in runs)
    fetch = lambda parts: [data[head + at : head + at + length] for at, length in parts]  # noqa: E731
    return Block(Head.read(data[:head]), fetch)


@settings(max_examples=60)
@given(RUNS, FILTERS)
def test_a_filter_finds_in_a_block_what_it_finds_run_by_run(given_: list[dict[str, Any]], text: str) -> None:
    runs, fits = runs_of(given_), condition(text)
    block = block_of(runs)
    expected = sorted((r.run_id for r in runs if fits(r)), reverse=True)
    assert [block.run_id(row) for row in matching(block, fits)] == expected


@settings(max_examples=60)
@given(RUNS, ORDERS, st.integers(1, 6))
@example([{"metrics": {"a": math.inf}}, {"metrics": {}}], ["metrics.a ASC"], 1)
def test_pages_of_a_block_are_those_of_the_sorted_runs(
    given_: list[dict[str, Any]], texts: list[str], most: int
) -> None:
    runs, orderings = runs_of(given_), [ordering(text) for text in texts]
    block, everything, after = block_of(runs), condition(""), None
    found: list[Any] = []
    while page := first(block, matching(block, everything), orderings, after, most):
        found += page
        after = page[-1][0]
    expected = sorted((position(orderings)(r), r.run_id) for r in runs)
    assert [(at, block.run_id(row)) for at, row in found] == expected


@settings(max_examples=60)
@given(RUNS, RUNS, ORDERS, st.integers(1, 4))
def test_a_page_begins_behind_a_run_of_another_place(
    here: list[dict[str, Any]], elsewhere: list[dict[str, Any]], texts: list[str], most: int
) -> None:
    orderings = [ordering(text) for text in texts]
    block = block_of(runs_of(here))
    rows = list(matching(block, condition("")))
    everything = [at for at, _ in first(block, rows, orderings, None, 99)]
    for other in runs_of(elsewhere):
        after = position(orderings)(other)
        found = [at for at, _ in first(block, rows, orderings, after, most)]
        assert found == [at for at in everything if at > after][:most]


@given(RUNS)
def test_a_block_has_what_was_written(given_: list[dict[str, Any]]) -> None:
    runs = runs_of(given_)
    block = block_of(runs)
    expected = {r.run_id: {f: f.values(r) for f in fields_of(r) if f.values(r)} for r in runs}
    found = {row.run_id: {f: [*values] for f, values in row.values.items()} for row in block.all_rows(())}
    assert found == expected
    assert [block.row(row.run_id) for row in block.all_rows({0})] == [*range(1, block.rows)]
    assert block.row("f" * 32) is None


@given(RUNS, ORDERS.filter(len), st.integers(0, 19))
def test_rows_that_are_not_behind_a_position_are_all_that_count(
    given_: list[dict[str, Any]], texts: list[str], number: int
) -> None:
    runs, orderings, everything = runs_of(given_), [ordering(text) for text in texts], condition("")
    block = block_of(runs)
    known = sorted(position(orderings)(each) for each in runs)
    if known:
        last = known[number % len(known)]
        rows = matching(block, everything, within=partial(not_behind, block, orderings[0], last[0]))
        found = [at for at, _ in first(block, rows, orderings, None, 99)]
        assert found[: known.index(last) + 1] == known[: known.index(last) + 1]
        assert all(at[0] <= last[0] for at in found)


@given(st.text("ab%_", max_size=6), st.lists(st.text("abc", max_size=6)))
def test_a_pattern_for_many_texts_fits_those_that_it_fits_one_by_one(pattern: str, texts: list[str]) -> None:
    assert [*map(liker(pattern), texts)] == [like(text, pattern) for text in texts]


@pytest.mark.parametrize(
    "texts", [["", "a", "a\nb", "\n"], ["", "a", "\r", "\x85", "\u2028", "a"], [""], ["x"]]
)
def test_texts_of_one_line_and_of_several_are_kept(texts: list[str]) -> None:
    runs = [run(number, params={"p": text}) for number, text in enumerate(texts)]
    (param,) = [field for field in fields_of(runs[0]) if field.key == "p"]
    assert [[*row.values[param]] for row in block_of(runs).all_rows(())] == [[text] for text in texts]


def test_hidden_rows_are_not_found() -> None:
    block = block_of([run(number) for number in range(5)])
    assert [*matching(block, condition(""), hidden=[0, 3])] == [4, 2, 1]


def test_a_column_that_few_runs_have_is_as_good_as_any() -> None:
    runs = [run(number, params={"rare": f"{number}x"} if number % 20 == 0 else {}) for number in range(100)]
    block = block_of(runs)
    found = matching(block, condition("params.rare IS NOT NULL"))
    assert [block.run_id(row) for row in found] == [r.run_id for r in reversed(runs) if r.params]


@pytest.mark.parametrize("distinct", [200, 300, 70_000])
def test_texts_of_any_number_are_told_apart(distinct: int) -> None:
    rows = [
        Row(f"{number:032x}", {field: field.values(each) for field in fields_of(each)})
        for number, each in [(n, run(n, params={"p": f"text {n}"})) for n in (0, distinct - 1)]
    ]
    (param,) = [field for field in rows[0].values if field.key == "p"]
    rows[1:1] = [Row(f"{n:032x}", {param: [f"text {n}"]}) for n in range(1, distinct - 1)]
    data, head = written(rows)
    block = Block(Head.read(data[:head]), lambda parts: [data[head + a : head + a + n] for a, n in parts])
    wanted = condition(f"params.p IN ('text 0', 'text {distinct - 1}')")
    assert [*matching(block, wanted)] == [distinct - 1, 0]


def test_a_search_fetches_the_columns_it_asks_for_at_once_and_no_others() -> None:
    runs = [run(n, metrics={"a": n / 7, "b": n / 3}, params={"p": f"{n / 9}"}) for n in range(200)]
    data, head = written(Row(r.run_id, {f: f.values(r) for f in fields_of(r)}) for r in runs)
    fetched: list[int] = []

    def fetch(parts: Sequence[tuple[int, int]]) -> list[bytes]:
        fetched.append(len(parts))
        return [data[head + at : head + at + length] for at, length in parts]

    block = Block(Head.read(data[:head]), fetch)
    wanted, by = condition("metrics.a < 5 AND params.p > 3"), [ordering("metrics.b DESC")]
    block.load(needed(block, wanted, by))
    assert len(first(block, matching(block, wanted), by, None, 300)) == 7
    assert fetched == [len({"ids", "metrics.a", "params.p", "metrics.b"})]
