"""A decision in the console, and a mail about it: each call refused, unanswered, doubled or its last."""

import json
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from typing import Any

import pytest

from lineal_contract.events import DetailType
from lineal_contract.routes import approvals
from tests import builders
from tests.builders import PROJECT
from tests.fakes.cloudtrail import EXECUTION, MACHINE
from tests.faults.cloud import MINUTES, Cloud, cloud_of
from tests.faults.outcome import check_whole, outcome
from tests.faults.story import CHAPTERS, log_runs
from tests.faults.test_every_call import EVERYTHING, told_where
from tests.faults.wire import Fault, writes

DECISION = next(n for n, chapter in enumerate(CHAPTERS) if chapter.route is approvals.DECIDE)
DELIVERIES = 3
"""How often Lambda gives a function an event that it fails at."""


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """A cloud in which a request waits for its decision."""
    with pytest.MonkeyPatch.context() as monkeypatch, cloud_of(monkeypatch) as made:
        log_runs(made)
        for chapter in CHAPTERS[:DECISION]:
            chapter.tell(made)
        yield made


@pytest.fixture(scope="module")
def asked(cloud: Cloud) -> Any:
    """What was kept in the cloud when it was asked."""
    return cloud.save()


def decide(cloud: Cloud, verdict: str) -> str:
    """Decide as the console does, and let everything come to rest; return what the execution says."""
    chapter = CHAPTERS[DECISION]
    with cloud.wire.aside():
        path = chapter.path(cloud)
    said = {"project": PROJECT, "approval_id": path["approval_id"], "decision": verdict, "reason": "so"}
    cloud.trail.begin(builders.CLEO.principal)
    name = EXECUTION.rpartition(":")[2]
    cloud.states.start_execution(stateMachineArn=MACHINE, name=name, input=json.dumps(said))
    cloud.settle()
    run = cloud.states.runs[EXECUTION]
    return f"{run.status} {run.data['outcome']}"


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_a_decision_in_the_console_is_made_once_whatever_fails(
    cloud: Cloud, asked: Any, verdict: str
) -> None:
    cloud.load(asked)
    path, body = CHAPTERS[DECISION].path(cloud), {"verdict": verdict, "reason": "so"}
    assert cloud.ask(approvals.DECIDE, "cleo", body, path)["statusCode"] == approvals.DECIDE.status
    cloud.settle()
    cloud.sweep()
    by_the_api = outcome(cloud)
    cloud.load(asked)
    cloud.wire.restart({})
    assert decide(cloud, verdict) == "SUCCEEDED decided"
    calls = cloud.wire.calls
    assert calls.count("cloudtrail.lookup_events") == 2, "the record is late"
    for place, fault in faults(calls):
        with told_where(calls, {place: fault}):
            cloud.load(asked)
            cloud.wire.restart({place: fault})
            assert decide(cloud, verdict) == "SUCCEEDED decided"
            cloud.wire.restart({})
            cloud.sweep()
            check_whole(cloud)
            assert outcome(cloud) == by_the_api


def faults(calls: list[str]) -> Iterator[tuple[int, Fault]]:
    """Yield of each write the next fault in turn, and each fault of each look into CloudTrail."""
    for place, call in enumerate(calls):
        if call.startswith("cloudtrail."):
            yield from ((place, fault) for fault in Fault)
        elif EVERYTHING or writes(call):
            yield from ((place, fault) for fault in (Fault if EVERYTHING else [list(Fault)[place % 4]]))


def deliver(cloud: Cloud, event: dict[str, Any]) -> None:
    """Give the function an event as Lambda does: again a minute later, and two more after that."""
    handler = import_module("functions.notifications.handler").handler
    for waited in range(1, DELIVERIES + 1):
        if cloud.do(lambda: handler(event, None)) is not None:
            break
        cloud.now += waited * MINUTES


def test_people_are_told_whatever_fails_and_twice_only_where_nobody_can_know(
    cloud: Cloud, asked: Any
) -> None:
    cloud.load(asked)
    event = {
        "detail-type": DetailType.APPROVAL_PENDING,
        "detail": cloud.bus.details[DetailType.APPROVAL_PENDING],
    }
    cloud.wire.restart({})
    deliver(cloud, event)
    calls = cloud.wire.calls
    sent = calls.index("sns.publish")
    assert len(cloud.post.sent) == 1
    for place, fault in product(range(len(calls)), Fault):
        with told_where(calls, {place: fault}):
            cloud.load(asked)
            cloud.post.sent.clear()
            cloud.wire.restart({place: fault})
            deliver(cloud, event)
            cloud.wire.restart({})
            unknown = place == sent and fault is not Fault.REFUSED
            assert len(cloud.post.sent) == (2 if unknown else 1)
            cloud.now += MINUTES
            deliver(cloud, event)
            unkept = place > sent and fault is Fault.REFUSED
            assert len(cloud.post.sent) == (2 if unknown or unkept else 1), "the bus brings it again"
