"""A quota that is used up stops nothing but the sending: the spool keeps what it has, and sends it later."""

import logging
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

import functions.http
import functions.tracking.handler
import lineal
from functions.core.runs.quotas import Quotas
from lineal.client import Client
from lineal.errors import ThrottledError
from lineal.spool import live
from lineal.spool.cursor import Position
from lineal.spool.cutting import Chunk
from lineal.spool.delivering import Deliveries
from lineal.spool.folders import REFUSED
from lineal.spool.sender import Pace
from lineal_contract.chunks import Point
from lineal_contract.ids import new_id
from lineal_contract.quotas import StoredQuota
from tests.fakes.backend import MemoryBackend
from tests.fakes.quotas import MemoryQuotas
from tests.unit.functions.in_process import API_URL, PROJECT, InProcess
from tests.unit.spool.receiver import Receiver

DAY = 86_400_000


def test_what_the_quota_has_no_room_for_is_sent_again_and_not_set_aside(tmp_path: Path) -> None:
    full = ThrottledError("used up", status=429, code="quota_exceeded", retry_after=43_200)
    receiver = Receiver(full)
    deliveries = Deliveries(receiver, tmp_path)
    chunk = Chunk(0, (Point("loss", 0, 0, 1.0),), Position(0, 99))
    with pytest.raises(ThrottledError) as refused:
        deliveries.settle(chunk)
    assert refused.value.retry_after == 43_200
    assert (deliveries.tally.refused_points, (tmp_path / REFUSED).exists()) == (0, False)
    deliveries.settle(chunk)
    assert (receiver.values, deliveries.tally.points) == ([1.0], 1)


@dataclass
class Office:
    """The server's rules, a quota of its project, and its clock: half a second before midnight."""

    now: int = 20_000 * DAY - 500

    def __post_init__(self) -> None:
        self.quotas = MemoryQuotas()
        self.backend = MemoryBackend(new_id, lambda: self.now, lambda data: None)
        self.backend.__dict__["quotas"] = Quotas(self.quotas, lambda: self.now)
        self.quotas.put_quota(PROJECT, StoredQuota(points_per_day=120, custom=True), None)

    @property
    def points_today(self) -> int:
        return self.backend.quotas.usage(PROJECT).points_today


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    office = Office()
    for module in (functions.http, functions.tracking.handler):
        monkeypatch.setattr(module, "backend", lambda: office.backend)
    return office


def log(run: lineal.ActiveRun, first: int, count: int = 50) -> None:
    for step in range(first, first + count):
        run.log({"loss": float(step)}, step=step)


def test_a_training_goes_on_over_days_of_used_up_quota_and_arrives_whole_and_once(
    office: Office, spool: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "Pace", partial(Pace, interval=0.05))
    client = Client(API_URL, PROJECT, transport=InProcess())
    run = lineal.run(client=client, capture=False)

    def stored() -> list[float]:
        found = client.runs.get(run.id).metrics
        return [p.value for p in client.runs.metric(run.id, "loss")] if found else []

    for each in range(3):
        log(run, 50 * each)
        assert run.flush() == (each < 2)
    assert stored() == [float(i) for i in range(100)], "two flushes of fifty are all that a day has room for"
    assert office.points_today <= 120
    assert [r.levelno for r in caplog.records if "used up" in r.message or "quota" in r.message] == [
        logging.WARNING
    ]
    log(run, 150)
    assert (len(stored()), run.lost_points) == (100, 0), "nobody is stopped, and nothing is lost"

    office.now += DAY
    while len(stored()) < 200:
        time.sleep(0.01)  # the sender comes again by itself, when the server said: after a second
    assert office.points_today == 100
    office.now += DAY
    log(run, 200)
    run.end()
    assert run.flush()
    assert stored() == [float(i) for i in range(250)]
    assert client.runs.get(run.id).metrics["loss"].count == 250
    assert (run.lost_points, list(spool.iterdir())) == (0, [])
