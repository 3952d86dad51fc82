"""Rules about the data behind a version. What nobody has said about a dataset is a no."""

from collections.abc import Sequence
from datetime import UTC, datetime

from lineal_contract.datasets import Dataset
from lineal_contract.policies import RuleResult
from lineal_contract.rules import DataFresh, DataValid
from lineal_contract.runs import Run

_DAY = 86_400_000


def fresh(rule: DataFresh, run: Run | None, at: int) -> RuleResult:
    """Return whether all the data was young enough at `at`, UTC milliseconds; `value` is the greatest age."""
    datasets, doubts = _asked_about(rule.datasets, run)
    ages = {d.name: (at - d.as_of) / _DAY for d in datasets if d.as_of is not None}
    doubts += [f"nobody has said how old {d.name} is" for d in datasets if d.as_of is None]
    doubts += [f"{d.name} is said to be from the future" for d in datasets if ages.get(d.name, 0) < 0]
    doubts += [
        f"{d.name} is of {_day(d.as_of)}, more than {rule.max_age_days:.6g} days ago"
        for d in datasets
        if d.as_of is not None and ages[d.name] > rule.max_age_days
    ]
    return RuleResult(
        check=rule.check,
        passed=not doubts,
        message="; ".join(doubts) or f"the data is at most {rule.max_age_days:.6g} days old",
        value=max(ages.values(), default=None),
        threshold=rule.max_age_days,
    )


def valid(rule: DataValid, run: Run | None) -> RuleResult:
    """Return whether all the data is known to keep its schema."""
    datasets, doubts = _asked_about(rule.datasets, run)
    doubts += [f"no schema is declared for {d.name}" for d in datasets if d.schema_valid is None]
    doubts += [f"{d.name} breaks its schema" for d in datasets if d.schema_valid is False]
    message = "; ".join(doubts) or "the data keeps its schema"
    return RuleResult(check=rule.check, passed=not doubts, message=message)


def _asked_about(names: Sequence[str], run: Run | None) -> tuple[list[Dataset], list[str]]:
    """Return the datasets a rule is about, and what speaks against looking at them alone."""
    used = list(run.datasets) if run else []
    if not used:
        return [], ["no dataset was logged"]
    missing = [f"the run has no dataset {name}" for name in names if name not in {d.name for d in used}]
    return [d for d in used if not names or d.name in names], missing


def _day(millis: int | None) -> str:
    return datetime.fromtimestamp((millis or 0) / 1000, UTC).date().isoformat()
