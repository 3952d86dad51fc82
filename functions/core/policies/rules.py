"""Promotion rules: each says yes or no, in words and in figures. Doubt is a no."""

import math
from dataclasses import dataclass

from functions.core.models.cards import known_fields
from functions.core.policies import data_rules
from lineal_contract.lineage import Lineage
from lineal_contract.policies import RuleResult
from lineal_contract.registry import ModelVersion
from lineal_contract.rules import (
    BeatsProduction,
    CardComplete,
    DataFresh,
    DataValid,
    Evaluated,
    Goal,
    LineageComplete,
    MetricThreshold,
    Rule,
    Signed,
)
from lineal_contract.runs import Run


@dataclass(frozen=True)
class Candidate:
    """What the rules look at: a version, the production version it challenges, its lineage and its run.

    `at` is when they look, UTC milliseconds. `unsigned` says why the version counts as unsigned, None where
    its signature fits.
    """

    version: ModelVersion
    baseline: ModelVersion | None
    lineage: Lineage
    run: Run | None = None
    at: int = 0
    unsigned: str | None = "the signature was not looked at"


def evaluate(rule: Rule, candidate: Candidate) -> RuleResult:
    """Return how `rule` comes out for `candidate`."""
    match rule:
        case MetricThreshold():
            return _threshold(rule, candidate)
        case BeatsProduction():
            return _beats_production(rule, candidate)
        case Evaluated():
            return _evaluated(rule, candidate)
        case LineageComplete():
            return _lineage_complete(rule, candidate)
        case CardComplete():
            return _card_complete(rule, candidate)
        case DataFresh():
            return data_rules.fresh(rule, candidate.run, candidate.at)
        case DataValid():
            return data_rules.valid(rule, candidate.run)
        case Signed():
            return _signed(rule, candidate)


def refusal(results: tuple[RuleResult, ...]) -> str | None:
    """Return why a candidate is refused, or None when every rule holds."""
    failed = [result.message for result in results if not result.passed]
    return "; ".join(failed) or None


def _threshold(rule: MetricThreshold, candidate: Candidate) -> RuleResult:
    if rule.only == "first" and candidate.baseline is not None:
        message = f"{rule.metric}: the threshold is for a first version; there is a production version"
        return RuleResult(check=rule.check, passed=True, message=message, metric=rule.metric)
    value = candidate.version.metrics.get(rule.metric)
    passed, message = _within(rule, value)
    return RuleResult(
        check=rule.check,
        passed=passed,
        message=message,
        metric=rule.metric,
        value=value,
        threshold=_bound(rule, value),
    )


def _bound(rule: MetricThreshold, value: float | None) -> float | None:
    too_low = rule.at_least is not None and value is not None and value < rule.at_least
    return rule.at_least if too_low or rule.at_most is None else rule.at_most


def _within(rule: MetricThreshold, value: float | None) -> tuple[bool, str]:
    if value is None:
        return False, f"{rule.metric} is missing"
    if not math.isfinite(value):
        return False, f"{rule.metric} is not a finite number"
    if rule.at_most is not None and value > rule.at_most:
        return False, f"{rule.metric} {value:.6g} is above the limit of {rule.at_most:.6g}"
    if rule.at_least is not None and value < rule.at_least:
        return False, f"{rule.metric} {value:.6g} is below the limit of {rule.at_least:.6g}"
    return True, f"{rule.metric} {value:.6g} is within the limits"


def _beats_production(rule: BeatsProduction, candidate: Candidate) -> RuleResult:
    if candidate.baseline is None:
        message = "there is no production version to beat"
        return RuleResult(check=rule.check, passed=True, message=message, metric=rule.metric)
    value = candidate.version.metrics.get(rule.metric)
    baseline = candidate.baseline.metrics.get(rule.metric)
    passed, message = _strictly_better(rule, value, baseline, candidate.baseline.version)
    return RuleResult(
        check=rule.check, passed=passed, message=message, metric=rule.metric, value=value, baseline=baseline
    )


def _strictly_better(
    rule: BeatsProduction, value: float | None, baseline: float | None, version: int
) -> tuple[bool, str]:
    if value is None or baseline is None:
        return (
            False,
            f"{rule.metric} is missing on {'this version' if value is None else f'version {version}'}",
        )
    if not (math.isfinite(value) and math.isfinite(baseline)):
        return False, f"{rule.metric} is not a finite number"
    better = value < baseline if rule.goal is Goal.MINIMIZE else value > baseline
    side = "below" if rule.goal is Goal.MINIMIZE else "above"
    verdict = "is" if better else "is not strictly"
    return (
        better,
        f"{rule.metric} {value:.6g} {verdict} {side} {baseline:.6g} of production version {version}",
    )


def _evaluated(rule: Evaluated, candidate: Candidate) -> RuleResult:
    metrics = candidate.version.metrics
    stored = {artifact.name for artifact in candidate.run.artifacts} if candidate.run else set()
    missing = [key for key in rule.metrics if not math.isfinite(metrics.get(key, math.nan))]
    missing += [name for name in rule.artifacts if name not in stored]
    found = ", ".join([*rule.metrics, *rule.artifacts])
    message = f"not evaluated: {', '.join(missing)}" if missing else f"evaluated: {found}"
    return RuleResult(check=rule.check, passed=not missing, message=message)


def _lineage_complete(rule: LineageComplete, candidate: Candidate) -> RuleResult:
    score = candidate.lineage.score
    missing = [f"{c.name} ({c.detail})" for c in candidate.lineage.checks if not c.present]
    message = f"lineage lacks {', '.join(missing)}" if missing else "lineage is complete"
    if rule.at_least < 1:
        message += f"; {score:.0%} known, {rule.at_least:.0%} asked for"
    return RuleResult(
        check=rule.check,
        passed=score >= rule.at_least,
        message=message,
        value=score,
        threshold=None if rule.at_least == 1 else rule.at_least,
    )


def _card_complete(rule: CardComplete, candidate: Candidate) -> RuleResult:
    known = known_fields(candidate.version, candidate.run)
    missing = [field for field in rule.fields if field not in known]
    message = f"the model card lacks {', '.join(missing)}" if missing else "the model card is complete"
    return RuleResult(check=rule.check, passed=not missing, message=message)


def _signed(rule: Signed, candidate: Candidate) -> RuleResult:
    message = candidate.unsigned or "the manifest's signature is by this installation's key"
    return RuleResult(check=rule.check, passed=candidate.unsigned is None, message=message)
