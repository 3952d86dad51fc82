"""Runs in memory."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from functions.core.causes import Said
from functions.core.errors import AlreadyExistsError, ConflictError, NotFoundError, StaleError, TooLargeError
from functions.core.ports.blocks import Place
from functions.core.ports.glances import Placed, RunPlace, Stored
from functions.core.ports.tracking import Summaries
from functions.core.runs.summarising import merge
from lineal_contract import chunks
from lineal_contract.artifacts import Artifact
from lineal_contract.runs import Attempt, Dataset, ModelLink, Run, RunQuery, Stop

_STATE = {
    "name", "params", "param_types", "tags", "note", "edited", "status", "lifecycle", "error", "traceback",
    "model", "stop", "ended_at", "attempt_id",
}  # fmt: skip


class MemoryStored:
    """The `Stored` port."""

    def __init__(self, run: Run, whole: Run | None = None) -> None:
        self._run, self.whole = run, whole

    def run(self) -> Run:
        return self._run

    @property
    def quiet_since(self) -> int | None:
        edited = self._run.edited.at if self._run.edited else None
        times = (self._run.ended_at, self._run.heartbeat_at, edited)
        return max((at for at in times if at is not None), default=None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._run, name)


class MemoryRuns:
    """The `RunStore` port."""

    def __init__(self) -> None:
        self._runs: defaultdict[str, dict[str, Run]] = defaultdict(dict)
        self._chunks: dict[tuple[str, str, int], bytes] = {}
        self._folded: dict[str, Run] = {}
        self._said: defaultdict[str, dict[str, Said]] = defaultdict(dict)

    def create(self, run: Run) -> bool:
        bare = run.model_copy(update={"metrics": {}, "datasets": (), "artifacts": ()})
        return self._runs[run.project].setdefault(run.run_id, bare) is bare

    def get(self, project: str, run_id: str) -> Run:
        if run_id not in self._runs[project]:
            raise NotFoundError(f"there is no run {run_id}")
        return self._runs[project][run_id]

    def glance(self, project: str, run_id: str) -> Run:
        return _glance(self.get(project, run_id))

    def place(self, project: str, run_id: str) -> RunPlace:
        return RunPlace(project, self.get(project, run_id).experiment_id, run_id)

    def recall(self, project: str, run_id: str, said: Said | None) -> tuple[Run, Said | None]:
        return self.get(project, run_id), self._said[run_id].get(said.request_id) if said else None

    def replace(
        self, before: Run, after: Run, attempt: Attempt | None = None, said: Said | None = None
    ) -> None:
        present = self.get(before.project, before.run_id)
        if present.model_dump(include=_STATE) != before.model_dump(include=_STATE):
            raise StaleError
        if attempt and any(a.attempt_id == attempt.attempt_id for a in present.attempts):
            raise StaleError
        if said is not None and self._said[before.run_id].setdefault(said.request_id, said) is not said:
            raise StaleError
        attempts = present.attempts + ((attempt,) if attempt else ())
        self._put(
            present,
            {name: getattr(after, name) for name in _STATE | {"heartbeat_at"}} | {"attempts": attempts},
        )

    def children(self, project: str, run_id: str, limit: int) -> list[MemoryStored]:
        found = [run for run in self._of(project, None) if run.parent_run_id == run_id]
        if len(found) > limit:
            raise TooLargeError("there are too many children")
        return [MemoryStored(_glance(run)) for run in found]

    def beat(self, project: str, run_id: str, now: int) -> Run:
        self._put(self.get(project, run_id), {"heartbeat_at": now})
        return _glance(self.get(project, run_id))

    def query(self, project: str, query: RunQuery, after: str | None) -> tuple[list[Run], bool]:
        found = sorted(self._of(project, query.experiment), key=lambda r: r.run_id, reverse=True)
        behind = [run for run in found if after is None or run.run_id < after]
        return [_glance(run) for run in behind[: query.page_size]], len(behind) > query.page_size

    def experiments(self, project: str, experiment: str | None) -> list[str]:
        return sorted({run.experiment_id for run in self._of(project, experiment)})

    def live(self, project: str, experiment_ids: Sequence[str], limit: int) -> list[MemoryStored]:
        there = (run for run in self._of(project, None) if run.experiment_id in experiment_ids)
        found = [run for run in there if self._folded.get(run.run_id) is not run]
        if len(found) > limit:
            raise TooLargeError("there are too many runs")
        return [MemoryStored(_glance(run), run) for run in found]

    def some_live(self, project: str, experiment_id: str, limit: int) -> list[MemoryStored]:
        return self.live(project, [experiment_id], 1_000_000)[:limit]

    def folded(self, project: str, places: Sequence[Place]) -> dict[str, MemoryStored]:
        return {at: MemoryStored(_glance(self._folded[at])) for _, at in places if at in self._folded}

    def fold(self, runs: Sequence[Stored]) -> int:
        return sum(self._fold(run, getattr(run, "whole", None)) for run in runs)

    def _fold(self, run: Stored, read: Run | None) -> bool:
        present = self._runs[run.project].get(run.run_id)
        if present is None or present is not read or self._folded.get(run.run_id) is present:
            return False
        self._folded[run.run_id] = present
        return True

    def remove(self, project: str, run_id: str) -> None:
        """Remove a run for good, as `lineal gc` does."""
        self._folded.pop(run_id, None)
        del self._runs[project][run_id]

    def add_chunk(self, run: Placed, writer: str, seq: int, data: bytes, summary: Summaries) -> Stop | None:
        at = (run.run_id, writer, seq)
        present = self.get(run.project, run.run_id)
        if at in self._chunks:
            if not chunks.is_same(self._chunks[at], data):
                raise ConflictError("the writer has sent other data under this number")
            return present.stop
        self._chunks[at] = data
        both = {k: merge(present.metrics[k], summary[k]) for k in present.metrics.keys() & summary.keys()}
        self._put(present, {"metrics": present.metrics | dict(summary) | both})
        return present.stop

    def add_batch(self, run: Placed, seq: int, data: bytes, summary: Summaries) -> None:
        self.add_chunk(run, "mlflow", seq, data, summary)

    def put_model_links(self, run: Run, links: Sequence[ModelLink]) -> None:
        present = self.get(run.project, run.run_id)
        same = {(each.model_id, each.direction) for each in links}
        others = (each for each in present.logged_models if (each.model_id, each.direction) not in same)
        self._put(present, {"logged_models": (*others, *links)})

    def points(self, project: str, run_id: str, keys: Collection[str]) -> list[chunks.Point]:
        found = [data for (owner, _, _), data in self._chunks.items() if owner == run_id]
        return [point for data in found for point in chunks.decode(data, keys)]

    def put_datasets(self, run: Run, datasets: Sequence[Dataset]) -> None:
        for dataset in datasets:
            present = self.get(run.project, run.run_id)
            others = (d for d in present.datasets if _identity(d) != _identity(dataset))
            self._put(present, {"datasets": (*others, dataset)})

    def put_artifact(self, run: Run, artifact: Artifact) -> None:
        present = self.get(run.project, run.run_id)
        for other in present.artifacts:
            if other.name == artifact.name and other.digest != artifact.digest:
                raise AlreadyExistsError(f"there is another artifact {artifact.name!r}")
            if other.name == artifact.name:
                return
        self._put(present, {"artifacts": (*present.artifacts, artifact)})

    def drop_artifacts(self, run: Run, dropped: Sequence[Artifact]) -> None:
        present, names = self.get(run.project, run.run_id), {a.name for a in dropped}
        self._put(present, {"artifacts": tuple(a for a in present.artifacts if a.name not in names)})

    def _of(self, project: str, experiment: str | None) -> list[Run]:
        return [r for r in self._runs[project].values() if experiment in (None, r.experiment)]

    def _put(self, run: Run, update: dict[str, object]) -> None:
        self._runs[run.project][run.run_id] = run.model_copy(update=update)


def _glance(run: Run) -> Run:
    """Return a run as it is listed: without what can be long."""
    code = run.code.model_copy(update={"patch": None, "source": None})
    environment = run.environment and run.environment.model_copy(update={"packages": {}})
    datasets = tuple(d.model_copy(update={"files": ()}) for d in run.datasets)
    return run.model_copy(
        update={
            "code": code,
            "environment": environment,
            "datasets": datasets,
            "artifacts": (),
            "attempts": (),
        }
    )


def _identity(dataset: Dataset) -> tuple[str, str, str]:
    return dataset.context, dataset.name, dataset.digest
