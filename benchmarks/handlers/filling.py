"""Runs to search among: each contender gets the same ones, past its interface, since thousands take long."""

import random
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from lineal_contract.chunks import Point, encode
from lineal_contract.experiments import Experiment
from lineal_contract.ids import derived_id
from lineal_contract.people import Actor
from lineal_contract.runs import Code, Run, RunStatus

PARAMS, METRICS = 10, 5
_START = 1_735_689_600_000


@dataclass(frozen=True)
class Made:
    """A run with ten params and five metrics."""

    run_id: str
    at: int
    params: dict[str, str]
    metrics: dict[str, float]


def runs(experiment: str, count: int) -> Iterator[Made]:
    """Yield the same runs for the same arguments."""
    chance = random.Random(count)  # noqa: S311 - the same again, not secret
    for number in range(count):
        at = _START + number * 1_000
        params = {f"p{n}": str(chance.randrange(10)) for n in range(PARAMS)}
        metrics = {f"m{n}": chance.random() for n in range(METRICS)}
        yield Made(derived_id(at, f"{experiment} {number}"), at, params, metrics)


def fill_peer(database: Path, experiment_id: str, made: list[Made]) -> None:
    """Write runs into the server's tables, in one transaction."""
    with sqlite3.connect(database, timeout=120) as tables:
        tables.executemany(
            "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, "
            "start_time, end_time, source_version, lifecycle_stage, artifact_uri, experiment_id) VALUES "
            "(?, ?, 'UNKNOWN', '', '', 'bench', 'FINISHED', ?, ?, '', 'active', ?, ?)",
            (
                (m.run_id, m.run_id[:8], m.at, m.at + 500, f"mlflow-artifacts:/{m.run_id}", experiment_id)
                for m in made
            ),
        )
        tables.executemany(
            "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
            ((key, value, m.run_id) for m in made for key, value in m.params.items()),
        )
        tables.executemany(
            "INSERT INTO tags (key, value, run_uuid) VALUES ('mlflow.runName', ?, ?)",
            ((m.run_id[:8], m.run_id) for m in made),
        )
        tables.executemany(
            "INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) "
            "VALUES (?, ?, ?, 0, 0, ?)",
            ((key, value, m.at, m.run_id) for m in made for key, value in m.metrics.items()),
        )


def fill_ours(project: str, experiment: Experiment, made: list[Made]) -> None:
    """Store runs as the tracking function would have, and fold them as the sweep does once they are quiet."""
    from functions.bootstrap import backend
    from functions.core.runs.summarising import summarise

    actor = Actor(principal="arn:aws:iam::000000000000:user/bench")
    store = backend().tracking.runs

    def put(each: Made) -> None:
        run = _run(project, experiment, actor, each)
        points = [Point(key, 0, each.at, value) for key, value in each.metrics.items()]
        store.create(run)
        store.add_chunk(run, "bench", 0, encode(points), summarise(points))

    with ThreadPoolExecutor(16) as pool:
        for _ in pool.map(put, made):
            pass
    folding = replace(backend().folding, quiet=0)
    while folding.fold(project, experiment.experiment_id):
        pass


def _run(project: str, experiment: Experiment, actor: Actor, made: Made) -> Run:
    return Run(
        run_id=made.run_id, project=project, experiment=experiment.name,
        experiment_id=experiment.experiment_id, name=made.run_id[:8], status=RunStatus.FINISHED,
        params=made.params, tags={}, metrics={}, code=Code(), environment=None, actor=actor,
        started_at=made.at, ended_at=made.at + 500,
    )  # fmt: skip
