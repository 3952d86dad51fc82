"""Which facts of a lineage are known."""

from typing import Any

import pytest

from functions.core.errors import InvalidRequestError
from functions.core.models.completeness import lineage_of
from lineal_contract.lineage import LineageCheck
from lineal_contract.runs import Code, RunStatus
from tests import builders

COMMIT = "a" * 40


def check(name: str, **run: Any) -> LineageCheck:
    lineage = lineage_of(builders.version(), builders.finished(**run))
    (found,) = (c for c in lineage.checks if c.name == name)
    return found


def test_a_lineage_with_every_fact_has_score_one() -> None:
    lineage = lineage_of(builders.version(), builders.finished())
    assert lineage.score == 1.0
    assert all(c.present for c in lineage.checks)


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("code", {"code": Code()}),
        ("dataset", {"datasets": ()}),
        ("environment", {"environment": None}),
        ("params", {"params": {}}),
        ("run", {"status": RunStatus.RUNNING}),
        ("run", {"status": RunStatus.FAILED}),
    ],
)
def test_each_missing_fact_is_named_and_costs_its_share(name: str, run: dict[str, Any]) -> None:
    lineage = lineage_of(builders.version(), builders.finished(**run))
    assert [c.name for c in lineage.checks if not c.present] == [name]
    assert lineage.score == pytest.approx(6 / 7)


def test_metrics_count_as_the_version_has_them() -> None:
    lineage = lineage_of(builders.version(mae=None), builders.finished())
    assert [c.name for c in lineage.checks if not c.present] == ["metrics"]


@pytest.mark.parametrize(
    ("code", "present", "detail"),
    [
        (Code(commit=COMMIT), True, COMMIT),
        (Code(commit=COMMIT, dirty=True, patch="diff"), True, COMMIT),
        (Code(commit=COMMIT, dirty=True), False, "uncommitted changes without a patch"),
        (Code(script_digest=builders.sha("script")), True, builders.sha("script")),
    ],
)
def test_uncommitted_code_is_known_by_its_patch_alone(code: Code, present: bool, detail: str) -> None:
    found = check("code", code=code)
    assert (found.present, found.detail) == (present, detail)


def test_a_dataset_is_told_by_name_and_digest() -> None:
    assert check("dataset").detail == f"rows {builders.sha('rows')}"


def test_another_run_says_nothing_about_a_version() -> None:
    with pytest.raises(InvalidRequestError):
        lineage_of(builders.version(), builders.finished(2))
