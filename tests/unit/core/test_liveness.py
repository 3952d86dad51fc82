"""`lost`: told from heartbeats by the server's clock, wherever a run is seen or searched."""

import pytest

from functions.core.commits import Contention
from functions.core.objects.manifests import Manifests
from functions.core.objects.uploads import Uploads
from functions.core.runs.editing import Editing
from functions.core.runs.experiments import Experiments
from functions.core.runs.liveness import LOST_AFTER_MILLIS
from functions.core.runs.tracking import Tracking
from lineal_contract.people import Actor
from lineal_contract.runs import CreateRun, ModelFacts, RunQuery, RunStatus, UpdateRun
from tests.builders import NOW, PROJECT
from tests.fakes.blocks import MemoryFoldingList
from tests.fakes.experiments import MemoryExperiments
from tests.fakes.listing import listing_of
from tests.fakes.objects import MemoryObjectRecords, MemoryObjects
from tests.fakes.quotas import quotas
from tests.fakes.runs import MemoryRuns

RUN = "01" * 16
ACTOR = Actor(principal="arn:aws:iam::123456789012:user/ada", person="ada")


class World:
    """Tracking and searching by a clock that the test sets."""

    def __init__(self) -> None:
        self.now, runs = NOW, MemoryRuns()
        patient = Contention(lambda: 0.0, lambda seconds: None, lambda ceiling: 0.0)
        objects, records = MemoryObjects(), MemoryObjectRecords()
        stores = Uploads(objects, records), Manifests(objects, records)
        experiments = Experiments(MemoryExperiments(), patient, lambda: self.now)
        world = patient, lambda: self.now, quotas()
        self.tracking = Tracking(runs, experiments, *stores, *world)
        self.editing = Editing(runs, patient, lambda: self.now, MemoryFoldingList())
        self.listing = listing_of(runs, lambda: self.now)

    def started(self, *, heartbeat: bool = True) -> None:
        wanted = CreateRun(run_id=RUN, started_at=NOW - 10**9, heartbeat=heartbeat)
        self.tracking.create(PROJECT, wanted, ACTOR)

    @property
    def status(self) -> RunStatus:
        return self.tracking.get(PROJECT, RUN).status

    def found(self, query: RunQuery) -> int:
        return len(self.listing.page(PROJECT, query).items)


@pytest.fixture
def world() -> World:
    return World()


def test_a_run_without_a_sign_of_life_is_lost_within_two_minutes(world: World) -> None:
    world.started()
    assert LOST_AFTER_MILLIS < 120_000
    world.now += LOST_AFTER_MILLIS
    assert world.status is RunStatus.RUNNING
    world.now += 1
    assert world.status is RunStatus.LOST


def test_a_heartbeat_brings_it_back_and_the_clients_clock_counts_for_nothing(world: World) -> None:
    world.started()
    world.now += 10**7
    assert world.status is RunStatus.LOST
    world.tracking.heartbeat(PROJECT, RUN)
    assert world.status is RunStatus.RUNNING


def test_who_promised_no_heartbeats_is_never_lost(world: World) -> None:
    world.started(heartbeat=False)
    world.now += 10**9
    assert world.status is RunStatus.RUNNING


def test_lost_is_searched_and_listed_like_any_status(world: World) -> None:
    world.started()
    queries = [RunQuery(status=RunStatus.LOST), RunQuery(filter="attributes.status = 'lost'")]
    assert [world.found(query) for query in queries] == [0, 0]
    world.now += 10**6
    assert [world.found(query) for query in queries] == [1, 1]
    assert world.found(RunQuery(filter="attributes.status = 'running'")) == 0


def test_a_lost_run_can_end_and_can_be_resumed(world: World) -> None:
    world.started()
    world.now += 10**6
    world.editing.update(PROJECT, RUN, UpdateRun(status=RunStatus.KILLED, error="SIGTERM"), ACTOR)
    assert world.status is RunStatus.KILLED
    world.now += 10**6
    world.editing.update(PROJECT, RUN, UpdateRun(status=RunStatus.RUNNING), ACTOR)
    assert world.status is RunStatus.RUNNING


def test_runs_are_searched_by_what_their_model_is(world: World) -> None:
    world.started()
    facts = ModelFacts(model_type="Pipeline", algorithm="Ridge", framework="scikit-learn")
    world.editing.update(PROJECT, RUN, UpdateRun(model=facts), ACTOR)
    assert world.found(RunQuery(filter="attributes.model_type = 'Pipeline'")) == 1
    assert world.found(RunQuery(filter="attributes.algorithm = 'Lasso'")) == 0
    assert world.tracking.get(PROJECT, RUN).model == facts
