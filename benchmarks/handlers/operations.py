"""What is measured: the same operation asked of an MLflow server, of lineal's MLflow surface, and natively.

Each contender is set up once and then gives, for every operation, a function that does it once.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, Protocol

from benchmarks.handlers.ours import Ours
from lineal_contract.chunks import Point, encode
from lineal_contract.ids import new_id
from lineal_contract.routes import registry, tracking

Once = Callable[[], object]

CALLS = {
    "create_run": 20,
    "log_metric": 20,
    "log_batch of 1,000": 4,
    "get_run": 20,
    "history of 10,000": 3,
    "create_model_version": 6,
    "alias": 12,
}
"""How many calls one sample is: the clock from outside counts hundredths of a second."""
FILTER = "metrics.m0 < 0.5 AND params.p0 = '3'"
ORDER = "metrics.m1 ASC"
FILES = {"MLmodel": b"flavors: {}\n" * 20, "model.bin": b"\7" * 100_000}
_HISTORY = 10_000
_START = 1_735_689_600_000


class Surface(Protocol):
    """What speaks MLflow's REST API."""

    def send(self, method: str, path: str, body: Any = None, query: Any = None) -> Any:
        """Return what an endpoint answers."""


def experiment(surface: Surface, name: str) -> str:
    """Make an experiment and return its id."""
    made: str = surface.send("POST", "experiments/create", {"name": name})["experiment_id"]
    return made


def by_mlflow(surface: Surface, put: Callable[[str, dict[str, bytes]], str]) -> dict[str, Once]:
    """Return the operations by MLflow's API; `put` stores files of a run and returns their source."""
    at, steps = experiment(surface, "operations"), count()
    run_id = _filled_run(surface, at)
    surface.send("POST", "registered-models/create", {"name": "bench"})
    version = {"name": "bench", "source": put(run_id, FILES), "run_id": run_id}
    for _ in range(2):
        surface.send("POST", "model-versions/create", version)

    def log(size: int) -> object:
        metrics = [
            {"key": "late", "value": 0.5 / (n + 1), "timestamp": _START, "step": next(steps)}
            for n in range(size)
        ]
        if size == 1:
            return surface.send("POST", "runs/log-metric", {"run_id": run_id, **metrics[0]})
        return surface.send("POST", "runs/log-batch", {"run_id": run_id, "metrics": metrics})

    def alias() -> object:
        wanted = {"name": "bench", "alias": "candidate", "version": str(next(steps) % 2 + 1)}
        return surface.send("POST", "registered-models/alias", wanted)

    history = {"run_id": run_id, "metric_key": "loss", "max_results": _HISTORY}
    new_run = {"experiment_id": at, "start_time": _START, "run_name": "bench", "tags": []}
    return {
        "create_run": lambda: surface.send("POST", "runs/create", new_run),
        "log_metric": lambda: log(1),
        "log_batch of 1,000": lambda: log(1_000),
        "get_run": lambda: surface.send("GET", "runs/get", query={"run_id": run_id}),
        "history of 10,000": lambda: surface.send("GET", "metrics/get-history", query=history),
        "create_model_version": lambda: surface.send("POST", "model-versions/create", version),
        "alias": alias,
    }


def search_by_mlflow(surface: Surface, experiment_id: str) -> Once:
    """Return a filtered and ordered search."""
    wanted = {
        "experiment_ids": [experiment_id], "filter": FILTER, "order_by": [ORDER], "max_results": 100,
    }  # fmt: skip
    return lambda: surface.send("POST", "runs/search", wanted)


def natively(ours: Ours, artifact_of: Callable[[str], None]) -> dict[str, Once]:
    """Return the operations by the native routes; `artifact_of` gives a run the artifact `model`."""
    run_id, steps, seqs = new_id(), count(), count()

    def create(given: str) -> object:
        body = {"run_id": given, "experiment": "native", "name": "bench", "started_at": _START}
        return ours.call(tracking.CREATE_RUN, body)

    def log(points: list[Point]) -> object:
        data = urlsafe_b64encode(encode(points)).decode()
        body = {"writer": "bench", "seq": next(seqs), "data": data}
        return ours.call(tracking.LOG_CHUNK, body, run_id=run_id)

    create(run_id)
    ours.call(tracking.UPDATE_RUN, {"params": {f"p{n}": str(n) for n in range(20)}}, run_id=run_id)
    log([Point("loss", n, _START + n, 1.0 / (n + 1)) for n in range(_HISTORY)])
    log([Point(f"m{n}", 0, _START, 0.5) for n in range(10)])
    artifact_of(run_id)

    def register() -> object:
        body = {"run_id": run_id, "artifact": "model", "request_id": new_id()}
        return ours.call(registry.REGISTER_VERSION, body, model="native")

    for _ in range(2):
        register()

    def alias() -> object:
        return ours.call(
            registry.SET_ALIAS, {"version": str(next(steps) % 2 + 1)}, model="native", alias="candidate"
        )

    batches = _batches(steps)
    return {
        "create_run": lambda: create(new_id()),
        "log_metric": lambda: log([Point("late", next(steps), _START, 0.5)]),
        "log_batch of 1,000": lambda: log(next(batches)),
        "get_run": lambda: ours.call(tracking.GET_RUN, run_id=run_id),
        "history of 10,000": lambda: ours.call(tracking.GET_METRIC, query={"key": "loss"}, run_id=run_id),
        "create_model_version": register,
        "alias": alias,
    }


def search_natively(ours: Ours, name: str) -> Once:
    """Return the same search by the native route."""
    wanted = {"experiment": name, "filter": FILTER, "order_by": ORDER, "page_size": 100}
    return lambda: ours.call(tracking.LIST_RUNS, query=wanted)


def _batches(steps: Iterator[int]) -> Iterator[list[Point]]:
    while True:
        yield [Point("late", next(steps), _START, 0.5 / (n + 1)) for n in range(1_000)]


def _filled_run(surface: Surface, at: str) -> str:
    """A run with 20 params, 10 metrics and one of 10,000 values."""
    made = surface.send("POST", "runs/create", {"experiment_id": at, "start_time": _START})
    run_id: str = made["run"]["info"]["run_id"]
    params = [{"key": f"p{n}", "value": str(n)} for n in range(20)]
    metrics = [{"key": f"m{n}", "value": 0.5, "timestamp": _START, "step": 0} for n in range(10)]
    surface.send("POST", "runs/log-batch", {"run_id": run_id, "params": params, "metrics": metrics})
    for start in range(0, _HISTORY, 1_000):
        loss = [
            {"key": "loss", "value": 1.0 / (n + 1), "timestamp": _START + n, "step": n}
            for n in range(start, start + 1_000)
        ]
        surface.send("POST", "runs/log-batch", {"run_id": run_id, "metrics": loss})
    return run_id
