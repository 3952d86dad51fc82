"""Summaries of metrics as bytes, and glances at stored runs."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.adapters import run_items
from functions.adapters.stored_run import StoredRun
from functions.adapters.summaries import Packed, packed
from functions.core.ports.glances import Glance
from lineal_contract.runs import MetricSummary, ModelFacts, Run, RunStatus
from tests import builders

INT64 = st.integers(-(2**63), 2**63 - 1)
NUMBERS = st.floats(allow_nan=False)
SUMMARIES = st.builds(
    MetricSummary, last=NUMBERS, min=NUMBERS, max=NUMBERS, step=INT64, timestamp=INT64, count=INT64
)
KEYS = st.text(min_size=1, max_size=30)


@given(st.dictionaries(KEYS, SUMMARIES, max_size=20))
def test_summaries_come_back_as_they_were(given_: dict[str, MetricSummary]) -> None:
    back = Packed(packed(given_))
    assert {key: back.get(key) for key in back.keys} == back.all() == given_
    assert back.get("\0 nobody has this") is None


def test_bytes_that_are_no_summaries_are_an_error() -> None:
    with pytest.raises(zlib.error):
        Packed(b"no summaries")


FIELDS = [name for name in vars(Glance) if isinstance(vars(Glance)[name], property)]
FIELDS += ["project", "experiment_id", "run_id"]
RUNS = [
    builders.run(1, artifacts=(), datasets=()),
    builders.run(
        2,
        artifacts=(),
        datasets=(),
        parent_run_id=f"{1:032x}",
        status=RunStatus.RUNNING,
        note="as it was",
        ended_at=None,
        heartbeat_at=builders.NOW,
        model=ModelFacts(model_type="Ridge", framework="scikit-learn"),
    ),
]


def stored(run: Run) -> StoredRun:
    return StoredRun(item_of(run))


def item_of(run: Run) -> dict[str, object]:
    item = run_items.key_of(run) | run_items.attributes(run)
    return item | {"w_0": {"B": packed(run.metrics)}, "s_0": {"N": "0"}}


@pytest.mark.parametrize("run", RUNS, ids=["finished", "running"])
@pytest.mark.parametrize("field", FIELDS)
def test_a_glance_has_what_the_run_has(run: Run, field: str) -> None:
    assert getattr(stored(run), field) == getattr(run, field)


@pytest.mark.parametrize("run", RUNS, ids=["finished", "running"])
def test_a_glance_becomes_the_run(run: Run) -> None:
    assert stored(run).run() == run


def test_metrics_of_several_writers_are_merged_for_the_name_that_is_asked_for() -> None:
    first, second = (MetricSummary(last=n, min=n, max=n, step=n, timestamp=0, count=1) for n in (1, 2))
    item = item_of(RUNS[0]) | {
        "w_0": {"B": packed({"a": first, "b": first})},
        "w_1": {"B": packed({"a": second})},
    }
    metrics = StoredRun(item).metrics
    assert metrics.get("a") == MetricSummary(last=2, min=1, max=2, step=2, timestamp=0, count=2)
    assert (metrics.get("b"), metrics.get("c")) == (first, None)
    assert (list(metrics), len(metrics)) == (["a", "b"], 2)
