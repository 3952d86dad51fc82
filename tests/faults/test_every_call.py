"""Each call of each change refused, unanswered, doubled or its last: it ends as if nothing had been."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
each_chapter = pytest.mark.parametrize("number", range(len(CHAPTERS)), ids=[c.name for c in CHAPTERS])


@dataclass(frozen=True)
class Told:
    """A chapter as it went without faults."""

    chapter: Chapter
    before: Any
    """What was kept in the cloud when it began."""
    calls: list[str]
    done: dict[str, Any]
    """What comes out once a sweep came round."""


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as monkeypatch, cloud_of(monkeypatch) as made:
        log_runs(made)
        yield made


@pytest.fixture(scope="module")
def story(cloud: Cloud) -> list[Told]:
    return [told(cloud, chapter) for chapter in CHAPTERS]


def told(cloud: Cloud, chapter: Chapter) -> Told:
    """Tell a chapter as it goes without faults; the next one begins where it ended."""
    before = cloud.save()
    cloud.wire.restart({})
    answer = chapter.tell(cloud)
    assert answer["statusCode"] == chapter.route.status, (chapter.name, answer)
    calls, after = cloud.wire.calls, cloud.save()
    cloud.sweep()
    done = outcome(cloud)
    cloud.load(after)
    return Told(chapter, before, calls, done)


def test_the_story_has_a_chapter_for_each_change() -> None:
    told = {chapter.route for chapter in CHAPTERS}
    changes = {r for r in ROUTES if r.function in FUNCTIONS and r.method != "GET"} - CHANGELESS
    assert told == changes


def plans(calls: list[str]) -> Iterator[dict[int, Fault]]:
    """Yield every fault of every call; where it has to be quick, of each write the next fault in turn.

    A read that comes twice is left out: it changes nothing, and the second reply is the first one.
    """
    for place, call in enumerate(calls):
        if EVERYTHING:
            yield from ({place: fault} for fault in Fault if fault is not Fault.TWICE or writes(call))
        elif writes(call):
            yield {place: list(Fault)[place % len(Fault)]}


def schedules(calls: list[str], seed: str) -> Iterator[dict[int, Fault]]:
    """Yield faults of several calls at once, drawn."""
    drawn = random.Random(seed)  # noqa: S311 - to be the same every time
    for _ in range(SCHEDULES):
        places = [drawn.randrange(len(calls) + 5) for _ in range(drawn.choice((2, 2, 3)))]
        yield {place: drawn.choice(list(Fault)) for place in places}


def retold(cloud: Cloud, was: Told, plan: dict[int, Fault], **how: int) -> int:
    """Tell a chapter again from where it began, with faults, then without any let the sweep come round.

    Returns the status of the answer.
    """
    cloud.load(was.before)
    cloud.wire.restart(plan)
    answer = was.chapter.tell(cloud, **how)
    cloud.wire.restart({})
    cloud.sweep()
    status: int = answer["statusCode"]
    return status


@contextmanager
def told_where(calls: list[str], plan: dict[int, Fault]) -> Iterator[None]:
    """Add to a failure which calls were to fail, and how."""
    try:
        yield
    except AssertionError as error:
        known = dict(enumerate(calls))
        error.add_note(", ".join(f"{at} {known.get(at, '')} {fault.name}" for at, fault in plan.items()))
        raise


def test_the_short_version_has_a_fault_for_each_write(story: list[Told]) -> None:
    assert sum(writes(call) for was in story for call in was.calls) > 80


@each_chapter
def test_no_fault_of_any_call_leaves_anything_half_done(cloud: Cloud, story: list[Told], number: int) -> None:
    was = story[number]
    for plan in (*plans(was.calls), *schedules(was.calls, was.chapter.name)):
        with told_where(was.calls, plan):
            status = retold(cloud, was, plan)
            check_whole(cloud)
            assert outcome(cloud) == was.done
            assert status == was.chapter.route.status, "who repeats a request is told that it is done"


@each_chapter
def test_what_nobody_repeats_is_done_or_not_and_its_workflow_goes_on(
    cloud: Cloud, story: list[Told], number: int
) -> None:
    """The process is killed after a write, and so is who asked: the sweep finishes what was committed."""
    was = story[number]
    cloud.load(was.before)
    cloud.sweep()
    never = outcome(cloud)
    for place in (place for place, call in enumerate(was.calls) if writes(call)):
        plan = {place: Fault.KILLED}
        with told_where(was.calls, plan):
            retold(cloud, was, plan, tries=ONCE)
            check_whole(cloud)
            assert outcome(cloud) in (never, was.done)
