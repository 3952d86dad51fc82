"""What may change in a run by hand, by its process, and by an attempt that succeeds another."""

import pytest

from functions.core.errors import ConflictError, InvalidRequestError, ParamChangedError
from functions.core.runs.changes import continued, updated
from functions.core.runs.tracking import outdated
from lineal_contract.artifacts import Artifact, ArtifactKind
from lineal_contract.runs import (
    Edit,
    Lifecycle,
    ParamType,
    RequestStop,
    Run,
    RunStatus,
    StartAttempt,
    Stop,
    UpdateRun,
)
from tests import builders
from tests.builders import ANN, BOB, NOW

ENDS = [RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED]
FIRST, SECOND = builders.hex_id(1), builders.hex_id(77)


def change(run: Run, **wanted: object) -> Run:
    return updated(run, UpdateRun.model_validate(wanted), ANN, NOW)


def attempt(run: Run, **wanted: object) -> Run:
    given = {"attempt_id": SECOND, "host": "trainer-2", "started_at": NOW + 5} | wanted
    return continued(run, StartAttempt.model_validate(given), BOB, NOW)[0]


def test_a_changed_param_is_told_with_both_values() -> None:
    run = builders.run(params={"alpha": "0.1", "long": "x" * 5_000, "same": "1"})
    with pytest.raises(ParamChangedError) as refused:
        change(run, params={"long": "y", "alpha": "0.2", "same": "1"})
    alpha, long = refused.value.changed
    assert (alpha.key, alpha.recorded, alpha.sent) == ("alpha", "0.1", "0.2")
    assert (long.recorded[:2], len(long.recorded)) == ("xx", 201)


def test_types_come_with_new_params_alone() -> None:
    run = change(builders.run(params={}), params={"a": "1"}, param_types={"a": ParamType.INT})
    again = change(run, params={"a": "1", "b": "x"}, param_types={"a": ParamType.FLOAT})
    assert again.param_types == {"a": ParamType.INT}
    with pytest.raises(InvalidRequestError):
        change(run, param_types={"a": ParamType.INT})


def test_labels_change_at_any_time_and_say_by_whom() -> None:
    run = builders.finished(tags={"a": "1", "b": "1"}, note="old")
    after = change(run, tags={"c": "3"}, remove_tags=["a", "absent"], note="**new**")
    assert (after.tags, after.note) == ({"b": "1", "c": "3"}, "**new**")
    assert after.edited == Edit(actor=ANN, at=NOW)
    assert change(after, note="").note == ""
    assert change(run, tags={"a": "1"}) == run


def test_a_tag_is_not_both_set_and_removed() -> None:
    with pytest.raises(InvalidRequestError, match="team"):
        change(builders.run(), tags={"team": "a"}, remove_tags=["team"])


def test_a_run_is_deleted_and_restored() -> None:
    gone = change(builders.finished(), lifecycle="deleted")
    assert (gone.lifecycle, gone.edited) == (Lifecycle.DELETED, Edit(actor=ANN, at=NOW))
    assert change(gone, lifecycle="active").lifecycle is Lifecycle.ACTIVE
    with pytest.raises(ConflictError, match="restore"):
        attempt(gone)


def test_the_first_wish_to_stop_counts() -> None:
    asked = change(builders.run(), stop=RequestStop(reason="overfits"))
    assert asked.stop == Stop(actor=ANN, requested_at=NOW, reason="overfits")
    assert change(asked, stop=RequestStop(reason="again")) == asked


@pytest.mark.parametrize("end", ENDS)
def test_a_run_that_has_ended_is_not_asked_to_stop(end: RunStatus) -> None:
    with pytest.raises(ConflictError, match=end):
        change(builders.run(status=end, ended_at=NOW), stop=RequestStop())


@pytest.mark.parametrize("found", [*ENDS, RunStatus.RUNNING])
def test_a_run_goes_on_with_an_attempt(found: RunStatus) -> None:
    stop = Stop(actor=ANN, requested_at=NOW)
    run = builders.run(status=found, error="why", ended_at=NOW, stop=stop, tags={"a": "1"})
    wanted = StartAttempt(attempt_id=SECOND, host="h", started_at=NOW)
    after, started = continued(run, wanted, BOB, NOW)
    assert (after.status, after.error, after.ended_at, after.stop) == (RunStatus.RUNNING, None, None, None)
    assert (after.params, after.tags, after.attempt_id) == (run.params, run.tags, SECOND)
    assert (started.found, started.actor, started.host) == (found, BOB, "h")


@pytest.mark.parametrize("end", ENDS)
def test_the_end_of_an_attempt_that_was_succeeded_changes_nothing(end: RunStatus) -> None:
    run = attempt(builders.run(status=RunStatus.FAILED, ended_at=NOW))
    assert change(run, status=end, attempt=FIRST, ended_at=NOW) == run
    assert change(run, status=end, attempt=SECOND).status is end
    assert change(run, status=end).status is end
    assert change(builders.run(), status=end, attempt=FIRST).status is end


def checkpoint(step: int, number: int = 0) -> Artifact:
    made = builders.artifact(f"c/{step}-{number}")
    return made.model_copy(update={"kind": ArtifactKind.CHECKPOINT, "step": step, "created_at": NOW + number})


@pytest.mark.parametrize(
    ("keep", "dropped"),
    [(1, {"c/1-0", "c/3-0", "c/3-9"}), (2, {"c/1-0", "c/3-0"}), (3, {"c/3-0"}), (9, {"c/3-0"})],
)
def test_the_last_checkpoints_stay(keep: int, dropped: set[str]) -> None:
    found = [checkpoint(3, 9), checkpoint(5), builders.artifact("model"), checkpoint(1), checkpoint(3)]
    assert {a.name for a in outdated(found, keep)} == dropped
