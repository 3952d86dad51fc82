import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.errors import InvalidRequestError
from functions.core.runs.search import condition, order
from functions.core.runs.values import like
from lineal_contract.people import Actor
from lineal_contract.runs import Code, Dataset, MetricSummary, Run, RunStatus


def run(number: int = 1, **fields: object) -> Run:
    metrics = fields.pop("metrics", {"mae": 40.0})
    summaries = {
        key: MetricSummary(last=value, min=value, max=value, step=0, timestamp=0, count=1)
        for key, value in metrics.items()  # type: ignore[attr-defined]
    }
    return Run.model_validate(
        {
            "run_id": f"{number:032x}",
            "project": "p",
            "experiment": "Default",
            "experiment_id": "0",
            "name": "ridge",
            "status": RunStatus.FINISHED,
            "params": {"alpha": "0.5", "model": "Ridge"},
            "tags": {"owner": "ann"},
            "metrics": summaries,
            "code": Code(commit="a" * 40),
            "environment": None,
            "datasets": (Dataset(name="diabetes", digest="d" * 64, context="training", source="", files=()),),
            "actor": Actor(principal="arn", person="ann"),
            "started_at": number,
        }
        | fields
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "metrics.mae < 45",
        "metrics.`mae` <= 40 AND metrics.mae >= 4e1",
        "params.alpha = 0.5",
        "params.alpha = '0.5'",
        "params.alpha != 0.6",
        "params.model = \"Ridge\" or params.model = 'Lasso'",
        "params.model LIKE 'R%e' and params.model not like 'L%'",
        "params.model ILIKE 'ridge'",
        "params.model IN ('Lasso', 'Ridge')",
        "params.model NOT IN ('Lasso')",
        "metrics.rmse IS NULL",
        "metrics.mae IS NOT NULL",
        "attributes.status = 'finished' AND attributes.person = 'ann'",
        f"attributes.commit = '{'a' * 40}'",
        "datasets.name = 'diabetes'",
        "NOT (params.model = 'Lasso' OR metrics.mae > 45)",
        "attributes.started_at >= 1",
    ],
)
def test_what_a_run_fits(text: str) -> None:
    assert condition(text)(run())


@pytest.mark.parametrize(
    "text",
    [
        "metrics.mae < 40",
        "metrics.rmse < 45",
        "NOT metrics.rmse < 45",
        "metrics.rmse != 45",
        "params.model > 3",
        "params.model LIKE 'r%'",
        "params.model LIKE 'Ridg'",
        "params.missing NOT IN ('x')",
        "metrics.mae IS NULL",
        "datasets.name IN ('a', 'b')",
        "metrics.mae < 45 AND params.model = 'Lasso'",
    ],
)
def test_what_a_run_does_not_fit(text: str) -> None:
    assert not condition(text)(run())


def test_a_metric_that_is_not_a_number_is_missing() -> None:
    assert condition("metrics.mae IS NULL")(run(metrics={"mae": float("nan")}))


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("metrics.mae <", 14),
        ("metrics.mae < 45 AND", 21),
        ("mae < 45", 1),
        ("metrics.mae ~ 45", 13),
        ("metrics.mae < 45)", 17),
        ("metrics.mae < 'x", 15),
        ("metrics.mae < 45; DROP TABLE runs", 17),
        ("params.a = 1 AND attributes.statuss = 'x'", 18),
        ("params.a = 1 OR datasets.p = 1", 17),
        ("attributes.started_at > '2026-13-01'", 25),
        ("attributes.ended_at IN ('2026-11-21', 'soon')", 39),
        ("attributes.status = 'finshed'", 21),
        ("attributes.status IN ('finished', 'FAILED')", 35),
        ("attributes.lifecycle != 'gone'", 25),
        ("metrics.mae LIKE '4%'", 13),
    ],
)
def test_an_error_points_at_the_position(text: str, position: int) -> None:
    with pytest.raises(InvalidRequestError, match=rf"position {position}\b"):
        condition(text)


def test_an_order_by_what_is_not_there_is_not_called_a_filter() -> None:
    with pytest.raises(InvalidRequestError, match=r"^order_by: attributes has .*, not 'nope'"):
        order(["attributes.nope"])


def test_a_key_is_one_however_it_is_written() -> None:
    assert condition("params.`e\u0301` = 'x'")(run(params={"\u00e9": "x"}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metrics.mae <", "a number, or a text in quotes"),
        ("mae < 45", "a field, which begins with attributes., datasets., metrics., params., tags."),
        ("metrics.'mae' < 45", "a key, which stands in back quotes"),
        ("metrics.mae 45", "=, !=, <, <=, >, >=, LIKE, ILIKE, IN or IS NULL"),
        ("params.x LIKE 3", "a text in quotes"),
        ("params.x IN (1 2)", "AND, OR, a comma, a closing parenthesis or the end"),
        ("params.x IS 3", "NULL"),
        ("params.x = 1 ORDER BY params.x", "AND, OR, a comma, a closing parenthesis or the end"),
        ("params.x = 1)", "the end"),
        ("params.x = 1 AND (metrics.mae < 3", "a closing parenthesis"),
        ("params.x IN 1", "an opening parenthesis"),
    ],
)
def test_an_error_says_what_would_be_understood(text: str, expected: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"; expected {re.escape(expected)}"):
        condition(text)


@pytest.mark.parametrize("field", ["attributes.secret", "datasets.files", "attributes.__class__"])
def test_only_known_attributes_can_be_asked_for(field: str) -> None:
    with pytest.raises(InvalidRequestError):
        condition(f"{field} = 'x'")


@pytest.mark.parametrize("opening", ["(" * 2_000, "NOT " * 900], ids=["parentheses", "not"])
def test_deep_nesting_is_refused_before_it_is_parsed(opening: str) -> None:
    with pytest.raises(InvalidRequestError, match="nested"):
        condition(f"{opening}metrics.a = 1")


@given(st.text("ab", max_size=12), st.text("ab%_", max_size=8))
def test_like_is_what_a_regular_expression_would_say(text: str, pattern: str) -> None:
    expected = "".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in pattern)
    assert like(text, pattern) == bool(re.fullmatch(expected, text, re.DOTALL))


def test_like_does_not_explode() -> None:
    assert not like("a" * 5_000, "%a" * 200 + "b")


def test_runs_are_ordered_by_fields_missing_last_and_newest_first_among_equals() -> None:
    runs = [
        run(1, metrics={"mae": 3.0}),
        run(2, metrics={"mae": 1.0}),
        run(3, metrics={}),
        run(4, metrics={"mae": 1.0}),
    ]
    assert [r.started_at for r in sorted(runs, key=order(["metrics.mae ASC"]))] == [4, 2, 1, 3]
    assert [r.started_at for r in sorted(runs, key=order(["metrics.mae DESC"]))] == [1, 4, 2, 3]
    assert [r.started_at for r in sorted(runs, key=order([]))] == [4, 3, 2, 1]


def test_the_dataset_that_comes_first_says_where_a_run_stands() -> None:
    names = {1: ("c", "b"), 2: ("a", "d"), 3: (), 4: ("bb",)}
    runs = [
        run(n, datasets=tuple(Dataset(name=x, digest="d" * 64, context="", source="", files=()) for x in has))
        for n, has in names.items()
    ]
    assert [r.started_at for r in sorted(runs, key=order(["datasets.name"]))] == [2, 1, 4, 3]
    assert [r.started_at for r in sorted(runs, key=order(["datasets.name DESC"]))] == [2, 1, 4, 3]


@given(st.lists(st.text(max_size=5), max_size=6))
def test_descending_texts_are_ascending_ones_turned_round(names: list[str]) -> None:
    runs = [run(i, name=f"x{name}") for i, name in enumerate(names)]
    down = [r.name for r in sorted(runs, key=order(["attributes.name DESC"]))]
    assert down == sorted((r.name for r in runs), reverse=True)


@pytest.mark.parametrize(
    "text", ["mae", "metrics.", "metrics.mae SIDEWAYS", "datasets.size", "attributes.secret"]
)
def test_an_order_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        order([text])


NOON = 1_795_262_400_000  # 2026-11-21T12:00:00Z


@pytest.mark.parametrize(
    ("condition_on_time", "expected"),
    [
        (">= '2026-11-21'", True),
        ("> '2026-11-22'", False),
        ("= '2026-11-21T12:00:00Z'", True),
        ("= '2026-11-21T14:00:00+02:00'", True),
        ("= '2026-11-21 12:00'", True),
        ("IN ('2026-11-21T12:00')", True),
        (f"= {NOON}", True),
        (f"= '{NOON}'", True),
    ],
)
def test_times_are_written_as_people_write_them(condition_on_time: str, expected: bool) -> None:
    assert condition(f"attributes.started_at {condition_on_time}")(run(started_at=NOON)) is expected


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "", "99999-01-01"])
def test_what_is_no_time_is_told_and_finds_not_nothing(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="such as '2026-11-21'"):
        condition(f"attributes.ended_at < '{text}'")
