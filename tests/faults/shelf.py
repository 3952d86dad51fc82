"""An experiment whose runs are being folded, and what every search has to find of it."""

from typing import Any

import pytest

from functions import tables
from functions.adapters import run_places
from functions.adapters.keys import runs as keys
from functions.bootstrap.tracking import TrackingRoom
from functions.core.runs import folding
from functions.core.runs.folding import Folding
from lineal.keeping import Stores
from lineal.keeping.retention import OldRun, remove_run
from lineal_contract.chunks import Point, encode
from lineal_contract.routes import tracking
from lineal_contract.runs import RunQuery, RunStatus
from tests import builders
from tests.aws import shared_client
from tests.builders import NOW, PROJECT
from tests.faults.cloud import Cloud

EXPERIMENT = builders.run().experiment_id
FOLDED, FRESH, GOING_ON, REMOVED = range(1, 7), range(7, 13), 13, 2
"""Numbers of runs: in blocks from the beginning, ended since, still going on, and collected as garbage."""
_ROWS_OF_A_BLOCK, _RUNS_OF_A_TRANSACTION, _PAGE = 5, 4, 8

Values = dict[str, tuple[str, float | None]]
"""The tag and the metric that each run has now, by its id."""
Found = list[tuple[str, str, float | None]]


def fold_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few runs be worth a block, and not fit into one, nor into one transaction."""

    def few(room: TrackingRoom) -> Folding:
        stores = room.runs, room.blocks, room.folding_list
        return Folding(*stores, room._world.clock, fold_from=1)

    monkeypatch.setattr(TrackingRoom, "folding", property(few))
    monkeypatch.setattr(folding, "MAX_ROWS", _ROWS_OF_A_BLOCK)
    monkeypatch.setattr(run_places, "_TOGETHER", _RUNS_OF_A_TRANSACTION)


class Shelved:
    """The experiment in a cloud, and what was answered of it."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.now: Values = {}
        """What was answered, so that a search has to know it."""
        cloud.backend().experiments.ensure(PROJECT, "Default", builders.ANN)
        self._begin(*FOLDED)
        self.fold()
        self.tag(FOLDED[0], "before")
        self._remove(REMOVED)
        self._begin(*FRESH)
        self._begin(GOING_ON, status=RunStatus.RUNNING, ended_at=None)
        cloud.now += folding.QUIET_MILLIS + 1

    def fold(self) -> None:
        """Let the sweep come round once, some minutes later, with the experiment on its list."""
        self.cloud.now += folding.QUIET_MILLIS + 1
        with self.cloud.wire.aside():
            self.cloud.backend().folding_list.ask(PROJECT, EXPERIMENT)
        self.cloud.sweep_now()

    def tag(self, number: int, value: str) -> None:
        """Change a run, as often as it takes until it is answered."""
        body, path = {"tags": {"t": value}}, {"run_id": builders.hex_id(number)}
        answer = self.cloud.ask(tracking.UPDATE_RUN, "ann", body, path)
        assert answer["statusCode"] == tracking.UPDATE_RUN.status, answer
        self.now[path["run_id"]] = value, self.now[path["run_id"]][1]

    def log(self, number: int, value: float) -> None:
        """Log a metric of a run, as often as it takes until it is answered."""
        data = encode([Point("mae", 0, NOW, value)])
        chunk = tracking.LOG_CHUNK.body(writer="0", seq=0, data=data).model_dump(mode="json")  # type: ignore[misc]
        path = {"run_id": builders.hex_id(number)}
        answer = self.cloud.ask(tracking.LOG_CHUNK, "ann", chunk, path)
        assert answer["statusCode"] == tracking.LOG_CHUNK.status, answer
        self.now[path["run_id"]] = self.now[path["run_id"]][0], value

    def check(self) -> None:
        """Fail unless every search finds each run once, as it is now."""
        with self.cloud.wire.aside():
            for query in (RunQuery(), RunQuery(filter="attributes.run_id != 'x'", order_by="tags.t ASC")):
                self.check_found(self.found(query))
            for run_id, (tag, value) in self.now.items():
                if tag or value is not None:
                    fits = f"tags.t = '{tag}'" if tag else f"metrics.mae = {value}"
                    assert self.found(RunQuery(filter=fits)) == [(run_id, tag, value)]

    def check_found(self, found: Found) -> None:
        """Fail unless these are all runs, each once and as it is now."""
        assert sorted(found) == sorted((run_id, *values) for run_id, values in self.now.items())

    def found(self, query: RunQuery) -> Found:
        """Return what all pages of a search have."""
        found, token = [], ""
        while token is not None:
            asked = query.model_copy(update={"page_size": _PAGE, "page_token": token or None})
            page = self.cloud.backend().listing.page(PROJECT, asked)
            found += page.items
            token = page.next_page_token
        return [
            (run.run_id, run.tags.get("t", ""), run.metrics["mae"].last if "mae" in run.metrics else None)
            for run in found
        ]

    def check_folded(self) -> None:
        """Fail unless all that can be in blocks is there, and nowhere else."""
        with self.cloud.wire.aside():
            backend = self.cloud.backend()
            live = [run.run_id for run in backend.runs.live(PROJECT, [EXPERIMENT], 99)]
            (folded,) = backend.blocks.folded(PROJECT, [EXPERIMENT])
            removals = backend.blocks.removals(PROJECT, [EXPERIMENT])
        assert live == [builders.hex_id(GOING_ON)]
        assert sum(ref.alive for ref in folded.blocks) == len(self.now) - 1
        assert removals == []

    def _begin(self, *numbers: int, **given: Any) -> None:
        ended = {"status": RunStatus.FAILED, "ended_at": self.cloud.now}
        for number in numbers:
            run = builders.run(number, **{"metrics": {}, "datasets": (), "artifacts": ()} | ended | given)
            self.cloud.backend().runs.create(run)
            self.now[run.run_id] = "", None

    def _remove(self, number: int) -> None:
        """Collect a folded run as garbage."""
        run_id = builders.hex_id(number)
        stores = Stores({"runs": tables.RUNS.name}, "", shared_client("dynamodb"), None)
        at = keys.folded_run(PROJECT, EXPERIMENT, run_id)
        item = stores.dynamodb.get_item(TableName=tables.RUNS.name, Key=at)["Item"]
        remove_run(stores, OldRun(PROJECT, run_id, item, 0))
        del self.now[run_id]
