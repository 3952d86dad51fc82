"""Where runs, experiments, logs and what was used of quotas are kept."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from functions.core.causes import Said
from functions.core.ports.access import QuotaSettings
from functions.core.ports.blocks import Place
from functions.core.ports.glances import Placed, RunPlace, Stored
from functions.core.ports.requests import Requests
from lineal_contract.artifacts import Artifact
from lineal_contract.base import Page
from lineal_contract.chunks import Point
from lineal_contract.experiments import Experiment
from lineal_contract.logged_models import LoggedModel
from lineal_contract.logs import LogLines, LogPart, LogQuery
from lineal_contract.quotas import Limit
from lineal_contract.runs import Attempt, Dataset, MetricSummary, ModelLink, Run, RunQuery, Stop

Summaries = Mapping[str, MetricSummary]


class RunStore(Protocol):
    """Runs with their metrics, inputs and outputs. Reads see every write that was answered."""

    def create(self, run: Run) -> bool:
        """Store a new run; False when a run of this id is there already."""

    def get(self, project: str, run_id: str) -> Run:
        """Return a run with its datasets and artifacts. Raises NotFoundError."""

    def glance(self, project: str, run_id: str) -> Run:
        """Return a run at a glance. Raises NotFoundError."""

    def place(self, project: str, run_id: str) -> RunPlace:
        """Return where a run is, and nothing else of it. Raises NotFoundError."""

    def recall(self, project: str, run_id: str, said: Said | None) -> tuple[Run, Said | None]:
        """Return a run, and what is kept of a request that has changed it. Raises NotFoundError."""

    def replace(
        self, before: Run, after: Run, attempt: Attempt | None = None, said: Said | None = None
    ) -> None:
        """Store what changes in a run, and an attempt that it goes on with, or the request that changes it.

        Raises StaleError if `before` is not the present one, or the attempt or the request is there already.
        """

    def beat(self, project: str, run_id: str, now: int) -> Run:
        """Record a sign of life and return the run at a glance. Raises NotFoundError."""

    def query(self, project: str, query: RunQuery, after: str | None) -> tuple[list[Run], bool]:
        """Return a page of runs, newest first, behind a run id, and whether there are more.

        Listed runs are at a glance: without patch, packages, artifacts and the datasets' files.
        """

    def children(self, project: str, run_id: str, limit: int) -> Sequence[Stored]:
        """Return the runs that have this one as parent at a glance, in no order. Raises TooLargeError."""

    def experiments(self, project: str, experiment: str | None) -> list[str]:
        """Return the ids of all experiments, or of the one that has a name now."""

    def live(self, project: str, experiment_ids: Sequence[str], limit: int) -> Sequence[Stored]:
        """Return the runs of some experiments that are not folded, in no order. Raises TooLargeError."""

    def some_live(self, project: str, experiment_id: str, limit: int) -> Sequence[Stored]:
        """Return runs of an experiment that are not folded, as many as can be read at once."""

    def folded(self, project: str, places: Sequence[Place]) -> Mapping[str, Stored]:
        """Return folded runs by their ids, as far as they are there."""

    def fold(self, runs: Sequence[Stored]) -> int:
        """Take runs out of the live ones, but for those that have changed since; say how many went."""

    def add_chunk(self, run: Placed, writer: str, seq: int, data: bytes, summary: Summaries) -> Stop | None:
        """Store a chunk once per (run, writer, seq), fold its summary in, and say who asked the run to stop.

        Raises ConflictError for other data under the same number.
        """

    def points(self, project: str, run_id: str, keys: Collection[str]) -> list[Point]:
        """Return a run's points of these keys, in no order, possibly repeated; none for an unknown run."""

    def add_batch(self, run: Placed, seq: int, data: bytes, summary: Summaries) -> None:
        """Store a chunk of a caller without writer and number, once per (run, seq), and fold its summary in.

        Raises StaleError when others log at the same time.
        """

    def put_model_links(self, run: Run, links: Sequence[ModelLink]) -> None:
        """Record logged models that a run used or made, each given once."""

    def put_datasets(self, run: Run, datasets: Sequence[Dataset]) -> None:
        """Record inputs of a run, each given once; the same ones again change nothing."""

    def put_artifact(self, run: Run, artifact: Artifact) -> None:
        """Record an output of a run. Raises AlreadyExistsError for other content under its name."""

    def drop_artifacts(self, run: Run, dropped: Sequence[Artifact]) -> None:
        """Show these outputs no more. Their bytes stay: versions may have been made of them."""


class LoggedModelStore(Protocol):
    """Logged models by id. Reads see every write that was answered."""

    def get(self, project: str, model_id: str) -> LoggedModel | None:
        """Return a model, also a deleted one."""

    def put(self, before: LoggedModel | None, after: LoggedModel) -> None:
        """Store a model. Raises StaleError if `before` is not the present one; None is for a new one."""

    def all(self, project: str, limit: int) -> list[LoggedModel]:
        """Return all models, deleted ones too, in no order. Raises TooLargeError past `limit`."""


class ExperimentStore(Requests, Protocol):
    """Experiments by id and by name, and what changed them. Reads see every write that was answered."""

    def get(self, project: str, experiment_id: str) -> Experiment | None:
        """Return an experiment."""

    def named(self, project: str, name: str) -> Experiment | None:
        """Return the experiment that has a name now."""

    def all(self, project: str) -> list[Experiment]:
        """Return all experiments, in no order."""

    def create(self, experiment: Experiment) -> None:
        """Store an experiment. Raises StaleError if its id or its name is taken."""

    def replace(self, before: Experiment, after: Experiment, said: Said | None = None) -> None:
        """Store a change, and the request that makes it.

        Raises StaleError if `before` is not the present one, a new name is taken or the request is done.
        """


class LogStore(Protocol):
    """What runs printed, in chunks."""

    def put(self, project: str, run_id: str, at: int, lines: LogLines) -> None:
        """Store a chunk that begins at `at` once. Raises NotFoundError, ConflictError for other lines."""

    def page(self, project: str, run_id: str, query: LogQuery) -> Page[LogPart]:
        """Return chunks in order of where they begin. Raises NotFoundError, InvalidRequestError."""


class QuotaStore(QuotaSettings, Protocol):
    """Quotas of projects, and counters of what was used; a rate has a counter for each window of time."""

    def add(self, project: str, limit: Limit, window: int | None, amount: int, most: int | None) -> bool:
        """Count `amount` more, in one step; False, and nothing counted, if it would be beyond `most`."""

    def used(self, project: str, limit: Limit, window: int | None) -> int:
        """Return what was counted."""
