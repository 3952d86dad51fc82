"""Each call of each change refused, unanswered, doubled or its last: it ends as if nothing had been."""

import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from lineal_contract.routes.table import ROUTES
from tests.faults.cloud import ONCE, Cloud, cloud_of
from tests.faults.outcome import check_whole, outcome
from tests.faults.story import CHANGELESS, CHAPTERS, Chapter, log_runs
from tests.faults.wire import Fault, writes

FUNCTIONS = ("registry", "approvals", "deployments")
SCHEDULES = int(os.environ.get("PROOF_SCHEDULES", "0"))
EVERYTHING = bool(SCHEDULES)


@pytest.fixture
def cloud(_ambient: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    with cloud_of(monkeypatch) as made:
        log_runs(made)
        yield made


def test_the_story_has_a_chapter_for_each_change() -> None:
    told = {chapter.route for chapter in CHAPTERS}
    changes = {r for r in ROUTES if r.function in FUNCTIONS and r.method != "GET"} - CHANGELESS
    assert told == changes


def plans(calls: list[str]) -> Iterator[dict[int, Fault]]:
    """Yield every fault of every call; where it has to be quick, of each write the next fault in turn."""
    for place, call in enumerate(calls):
        if EVERYTHING:
            yield from ({place: fault} for fault in Fault)
        elif writes(call):
            yield {place: list(Fault)[place % len(Fault)]}


def schedules(calls: list[str], seed: str) -> Iterator[dict[int, Fault]]:
    """Yield faults of several calls at once, drawn."""
    drawn = random.Random(seed)  # noqa: S311 - to be the same every time
    for _ in range(SCHEDULES):
        places = [drawn.randrange(len(calls) + 5) for _ in range(drawn.choice((2, 2, 3)))]
        yield {place: drawn.choice(list(Fault)) for place in places}


def retold(cloud: Cloud, chapter: Chapter, before: Any, plan: dict[int, Fault], **how: int) -> int:
    """Tell a chapter again from where it began, with faults, then without any let the sweep come round.

    Returns the status of the answer.
    """
    cloud.load(before)
    cloud.wire.restart(plan)
    answer = chapter.tell(cloud, **how)
    cloud.wire.restart({})
    cloud.sweep()
    status: int = answer["statusCode"]
    return status


def test_no_fault_of_any_call_leaves_anything_half_done(cloud: Cloud) -> None:
    told = 0
    for chapter in CHAPTERS:
        before = cloud.save()
        cloud.wire.restart({})
        answer = chapter.tell(cloud)
        assert answer["statusCode"] == chapter.route.status, (chapter.name, answer)
        calls, after = cloud.wire.calls, cloud.save()
        cloud.sweep()
        expected = outcome(cloud)
        for plan in (*plans(calls), *schedules(calls, chapter.name)):
            shown = {
                f"{place} {calls[place] if place < len(calls) else ''}": f.name for place, f in plan.items()
            }
            status = retold(cloud, chapter, before, plan)
            told += 1
            try:
                check_whole(cloud)
                assert outcome(cloud) == expected
                assert status == chapter.route.status, "who repeats a request is told that it is done"
            except AssertionError as error:
                raise AssertionError(f"{chapter.name}, {shown}: {error}") from error
        cloud.load(after)
    assert told > 80


def test_what_nobody_repeats_is_done_or_not_and_its_workflow_goes_on(cloud: Cloud) -> None:
    """The process is killed after a write, and so is who asked: the sweep finishes what was committed."""
    for chapter in CHAPTERS:
        before = cloud.save()
        cloud.wire.restart({})
        cloud.sweep()
        never = outcome(cloud)
        cloud.load(before)
        cloud.wire.restart({})
        chapter.tell(cloud)
        calls, after = cloud.wire.calls, cloud.save()
        cloud.sweep()
        done = outcome(cloud)
        for place in (place for place, call in enumerate(calls) if writes(call)):
            retold(cloud, chapter, before, {place: Fault.KILLED}, tries=ONCE)
            try:
                check_whole(cloud)
                assert outcome(cloud) in (never, done)
            except AssertionError as error:
                raise AssertionError(
                    f"{chapter.name}, killed after {place} {calls[place]}: {error}"
                ) from error
        cloud.load(after)
