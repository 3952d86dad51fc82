"""What an import reads from: one reader for each tracker, and for each way to reach it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from lineal.errors import LinealError
from lineal.importing.records import (
    ExperimentRecord,
    FileRecord,
    LoggedModelRecord,
    Place,
    RegisteredModelRecord,
    RunRecord,
)
from lineal_contract.chunks import Point


class SourceError(LinealError):
    """The source does not answer, refuses, or answers with what cannot be read."""


class UnreadableError(SourceError):
    """The source answers, and does not give this one thing: a file that is gone, or that it cannot reach."""


class Source(Protocol):
    """Reads a tracker; may be called by several threads. Everything raises SourceError.

    What has files raises UnreadableError for those alone that cannot be had.
    """

    kind: str
    """Which tracker, such as `mlflow`."""
    uri: str
    """Where it is, without credentials."""

    def experiments(self) -> Iterator[ExperimentRecord]:
        """Yield all experiments, deleted ones too."""

    def runs(self, experiment_id: str) -> Iterator[RunRecord]:
        """Yield all runs of an experiment, deleted ones too."""

    def run(self, run_id: str) -> RunRecord | None:
        """Return one run whole, or None."""

    def history(self, run_id: str, key: str) -> Iterator[Point]:
        """Yield all values of a metric, in the source's order."""

    def logged_models(self, experiment_id: str) -> Iterator[LoggedModelRecord]:
        """Yield the logged models of an experiment, where the source has such."""

    def models(self) -> Iterator[RegisteredModelRecord]:
        """Yield registered models with their versions, oldest first."""

    def files(self, place: Place) -> Iterator[FileRecord]:
        """Yield the files at a place, however deep; none where there are none."""

    def fetch(self, place: Place, path: str, to: Path) -> None:
        """Write a file of the place's holder, by the path that `files` gave, to `to`."""
