"""Each promotion rule says yes or no; doubt is a no."""

import math

import pytest

from functions.core import rules
from functions.core.completeness import lineage_of
from lineal_contract.policies import BeatsProduction, Goal, LineageComplete, MetricThreshold, RuleResult
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
