"""Each promotion rule says yes or no; doubt is a no."""

import math

import pytest

from functions.core.models.completeness import lineage_of
from functions.core.policies import rules
from lineal_contract.policies import RuleResult
from lineal_contract.rules import (
    BeatsProduction,
    DataFresh,
    DataValid,
    Evaluated,
    Goal,
    LineageComplete,
    MetricThreshold,
    Rule,
)
from lineal_contract.runs import Code
from tests import builders

NAN, INF = math.nan, math.inf


def candidate(mae: float | None, production: float | None = None, *, first: bool = False) -> rules.Candidate:
    version = builders.version(2, mae=mae)
    baseline = None if first else builders.version(1, mae=production)
    return rules.Candidate(version, baseline, lineage_of(version, builders.finished()))


def beats(mae: float | None, production: float | None, goal: Goal = Goal.MINIMIZE) -> RuleResult:
    return rules.evaluate(BeatsProduction(metric="mae", goal=goal), candidate(mae, production))


def within(mae: float | None, **bounds: float) -> RuleResult:
    return rules.evaluate(MetricThreshold(metric="mae", **bounds), candidate(mae, 1.0))


@pytest.mark.parametrize(
    ("mae", "production", "goal", "passed"),
    [
        (49.0, 50.0, Goal.MINIMIZE, True),
        (50.0, 50.0, Goal.MINIMIZE, False),
        (51.0, 50.0, Goal.MINIMIZE, False),
        (51.0, 50.0, Goal.MAXIMIZE, True),
        (50.0, 50.0, Goal.MAXIMIZE, False),
        (49.0, 50.0, Goal.MAXIMIZE, False),
        (math.nextafter(50.0, 0.0), 50.0, Goal.MINIMIZE, True),
        (math.nextafter(50.0, 99.0), 50.0, Goal.MAXIMIZE, True),
        (0.0, -0.0, Goal.MINIMIZE, False),
        (-0.0, 0.0, Goal.MINIMIZE, False),
    ],
)
def test_a_challenger_must_be_strictly_better(
    mae: float, production: float, goal: Goal, passed: bool
) -> None:
    result = beats(mae, production, goal)
    assert result.passed is passed
    assert (result.value, result.baseline, result.metric) == (mae, production, "mae")


@pytest.mark.parametrize("goal", Goal)
@pytest.mark.parametrize(
    ("mae", "production", "reason"),
    [
        (None, 50.0, "mae is missing on this version"),
        (50.0, None, "mae is missing on version 1"),
        (None, None, "mae is missing on this version"),
        (NAN, 50.0, "mae is not a finite number"),
        (50.0, NAN, "mae is not a finite number"),
        (NAN, NAN, "mae is not a finite number"),
        (-INF, 50.0, "mae is not a finite number"),
        (INF, 50.0, "mae is not a finite number"),
        (50.0, INF, "mae is not a finite number"),
        (INF, -INF, "mae is not a finite number"),
    ],
)
def test_what_cannot_be_compared_is_not_better(
    mae: float | None, production: float | None, goal: Goal, reason: str
) -> None:
    result = beats(mae, production, goal)
    assert not result.passed
    assert result.message == reason


def test_the_first_version_has_nothing_to_beat() -> None:
    rule = BeatsProduction(metric="mae", goal=Goal.MINIMIZE)
    assert rules.evaluate(rule, candidate(None, first=True)).passed


def test_the_answer_says_both_figures_and_the_version() -> None:
    assert beats(52.25, 50.0).message == "mae 52.25 is not strictly below 50 of production version 1"
    assert beats(48.0, 50.0).message == "mae 48 is below 50 of production version 1"
    assert beats(1.0, 2.0, Goal.MAXIMIZE).message == "mae 1 is not strictly above 2 of production version 1"


@pytest.mark.parametrize(
    ("mae", "bounds", "passed"),
    [
        (60.0, {"at_most": 60.0}, True),
        (math.nextafter(60.0, 61.0), {"at_most": 60.0}, False),
        (10.0, {"at_least": 10.0}, True),
        (math.nextafter(10.0, 9.0), {"at_least": 10.0}, False),
        (10.0, {"at_least": 10.0, "at_most": 10.0}, True),
        (-INF, {"at_most": 0.0}, False),
        (INF, {"at_least": 0.0}, False),
        (INF, {"at_most": 0.0}, False),
        (-INF, {"at_least": 0.0}, False),
        (NAN, {"at_most": 0.0}, False),
        (NAN, {"at_least": 0.0}, False),
        (None, {"at_most": 0.0}, False),
    ],
)
def test_a_threshold_includes_its_bounds(mae: float | None, bounds: dict[str, float], passed: bool) -> None:
    assert within(mae, **bounds).passed is passed


@pytest.mark.parametrize(
    ("mae", "threshold", "message"),
    [
        (None, 9.0, "mae is missing"),
        (NAN, 9.0, "mae is not a finite number"),
        (10.0, 9.0, "mae 10 is above the limit of 9"),
        (1.0, 2.0, "mae 1 is below the limit of 2"),
        (5.0, 9.0, "mae 5 is within the limits"),
    ],
)
def test_a_threshold_says_which_bound_decided(mae: float | None, threshold: float, message: str) -> None:
    result = within(mae, at_least=2.0, at_most=9.0)
    assert (result.threshold, result.message) == (threshold, message)


def test_a_lower_bound_alone_is_shown_too() -> None:
    assert within(5.0, at_least=2.0).threshold == 2.0


def test_a_threshold_for_first_versions_is_silent_once_there_is_production() -> None:
    rule = MetricThreshold(metric="mae", at_most=60.0, only="first")
    assert not rules.evaluate(rule, candidate(61.0, first=True)).passed
    later = rules.evaluate(rule, candidate(61.0, 50.0))
    assert later.passed
    assert later.value is None


def test_incomplete_lineage_names_what_is_missing() -> None:
    version = builders.version(mae=None)
    lineage = lineage_of(version, builders.finished(code=Code(), datasets=()))
    result = rules.evaluate(LineageComplete(), rules.Candidate(version, None, lineage))
    assert not result.passed
    assert result.value == pytest.approx(4 / 7)
    assert result.message == (
        "lineage lacks code (neither a commit nor a script is known), dataset (no dataset was logged), "
        "metrics (no metrics were logged)"
    )


def test_complete_lineage_passes() -> None:
    result = rules.evaluate(LineageComplete(), candidate(1.0, first=True))
    assert (result.passed, result.value, result.message) == (True, 1.0, "lineage is complete")


def test_a_refusal_joins_the_reasons_and_there_is_none_when_all_rules_hold() -> None:
    bad = within(10.0, at_most=9.0)
    assert rules.refusal((within(1.0, at_most=9.0),)) is None
    assert rules.refusal(()) is None
    refusal = rules.refusal((bad, within(1.0, at_most=9.0), beats(NAN, 1.0)))
    assert refusal == "mae 10 is above the limit of 9; mae is not a finite number"


DAY = 86_400_000


def about_data(rule: Rule, **facts: object) -> RuleResult:
    rows = builders.dataset().model_copy(update=facts)
    run = builders.finished(
        datasets=(rows, builders.dataset("other").model_copy(update={"schema_valid": True}))
    )
    version = builders.version()
    return rules.evaluate(rule, rules.Candidate(version, None, lineage_of(version, run), run, builders.NOW))


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (29 * DAY, "at most 30 days old"),
        (30 * DAY, "at most 30 days old"),
        (30 * DAY + 1, "more than 30 days ago"),
        (-1, "from the future"),
        (None, "nobody has said how old rows is"),
    ],
)
def test_data_is_fresh_where_its_age_is_known_and_low(age: int | None, said: str) -> None:
    rule = DataFresh(max_age_days=30.0, datasets=("rows",))
    result = about_data(rule, as_of=None if age is None else builders.NOW - age)
    assert said in result.message
    assert result.passed is said.startswith("at most")
    assert result.value == (None if age is None else age / DAY)


@pytest.mark.parametrize(
    ("valid", "passed", "said"),
    [(True, True, "keeps"), (False, False, "rows breaks"), (None, False, "no schema is declared for rows")],
)
def test_data_is_valid_where_it_is_known_to_be(valid: bool | None, passed: bool, said: str) -> None:
    result = about_data(DataValid(), schema_valid=valid)
    assert (result.passed, said in result.message) == (passed, True)


@pytest.mark.parametrize("rule", [DataFresh(max_age_days=1.0, datasets=("x",)), DataValid(datasets=("x",))])
def test_a_dataset_that_is_asked_for_has_to_be_there(rule: Rule) -> None:
    result = about_data(rule, as_of=builders.NOW, schema_valid=True)
    assert (result.passed, result.message) == (False, "the run has no dataset x")


@pytest.mark.parametrize("rule", [DataFresh(max_age_days=1.0), DataValid()])
@pytest.mark.parametrize("run", [None, builders.finished(datasets=())])
def test_no_data_at_all_is_neither_fresh_nor_valid(rule: Rule, run: object) -> None:
    version = builders.version()
    lineage = lineage_of(version, builders.finished())
    assert not rules.evaluate(rule, rules.Candidate(version, None, lineage, run, builders.NOW)).passed  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mae", "rule", "missing"),
    [
        (1.0, Evaluated(metrics=("mae",)), None),
        (1.0, Evaluated(metrics=("mae",), artifacts=("model",)), None),
        (NAN, Evaluated(metrics=("mae",)), "mae"),
        (INF, Evaluated(metrics=("mae",)), "mae"),
        (None, Evaluated(metrics=("mae", "r2")), "mae, r2"),
        (1.0, Evaluated(artifacts=("report",)), "report"),
    ],
)
def test_evaluations_have_to_be_there_as_figures(mae: float | None, rule: Rule, missing: str | None) -> None:
    version, run = builders.version(mae=mae), builders.finished()
    result = rules.evaluate(rule, rules.Candidate(version, None, lineage_of(version, run), run))
    assert result.passed is (missing is None)
    assert missing is None or result.message == f"not evaluated: {missing}"


@pytest.mark.parametrize(("at_least", "passed"), [(1.0, False), (0.86, False), (0.85, True)])
def test_a_part_of_the_lineage_may_be_enough(at_least: float, passed: bool) -> None:
    run, version = builders.finished(params={}), builders.version()
    candidate = rules.Candidate(version, None, lineage_of(version, run), run)
    assert rules.evaluate(LineageComplete(at_least=at_least), candidate).passed is passed
