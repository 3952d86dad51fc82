"""A source in memory, with a file that may lie about where it goes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lineal.importing.records import (
    ExperimentRecord,
    FileRecord,
    Holder,
    LoggedModelRecord,
    Origin,
    Place,
    RegisteredModelRecord,
    RunRecord,
    VersionRecord,
)
from lineal.importing.source import UnreadableError
from lineal_contract.chunks import Point
from lineal_contract.policies import Stage
from lineal_contract.runs import RunStatus


@dataclass
class MemorySource:
    """What it has; files are by (holder, path), and None is one that cannot be had."""

    kind: str = "mlflow"
    uri: str = "memory"
    all_experiments: list[ExperimentRecord] = field(default_factory=list)
    all_runs: list[RunRecord] = field(default_factory=list)
    all_models: list[RegisteredModelRecord] = field(default_factory=list)
    contents: dict[tuple[str, str], bytes | None] = field(default_factory=dict)

    def experiments(self) -> Iterator[ExperimentRecord]:
        yield from self.all_experiments

    def runs(self, experiment_id: str) -> Iterator[RunRecord]:
        yield from (run for run in self.all_runs if run.experiment_id == experiment_id)

    def run(self, run_id: str) -> RunRecord | None:
        return next((run for run in self.all_runs if run.id == run_id), None)

    def history(self, run_id: str, key: str) -> Iterator[Point]:
        yield from ()

    def logged_models(self, experiment_id: str) -> Iterator[LoggedModelRecord]:
        yield from ()

    def models(self) -> Iterator[RegisteredModelRecord]:
        yield from self.all_models

    def files(self, place: Place) -> Iterator[FileRecord]:
        for (holder, path), content in self.contents.items():
            if holder == place.id:
                yield FileRecord(path, None if content is None else len(content))

    def fetch(self, place: Place, path: str, to: Path) -> None:
        content = self.contents[place.id, path]
        if content is None:
            raise UnreadableError(f"{path} is gone")
        to.write_bytes(content)


def experiment(name: str, deleted: bool = False) -> ExperimentRecord:
    return ExperimentRecord(id=f"id of {name}", name=name, deleted=deleted, tags={}, created_at=1)


def run(run_id: str, experiment_name: str, started_at: int = 1_000, deleted: bool = False) -> RunRecord:
    return RunRecord(
        id=run_id, experiment_id=f"id of {experiment_name}", name="", status=RunStatus.FINISHED,
        deleted=deleted, user="", started_at=started_at, ended_at=None, artifact_uri="", params={}, tags={},
        metrics=(),
    )  # fmt: skip


def version(model: str, number: int, run_id: str, path: str = "model") -> VersionRecord:
    return VersionRecord(
        model=model, number=number, description="", tags={}, stage=Stage.DEVELOPMENT, source="",
        origin=Origin(place=Place(Holder.RUN, run_id, path)), run_id=run_id, user="", created_at=1,
    )  # fmt: skip
