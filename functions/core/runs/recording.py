"""What clients record who number nothing: batches of points, datasets that they describe, logged models."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from functions.core.commits import Contention
from functions.core.errors import ConflictError, InvalidRequestError
from functions.core.ports.tracking import RunStore
from functions.core.runs.quotas import Quotas
from functions.core.runs.summarising import of_columns
from lineal_contract import chunks
from lineal_contract.chunks import Point
from lineal_contract.datasets import Dataset, DatasetDescription
from lineal_contract.digests import json_digest
from lineal_contract.quotas import Limit
from lineal_contract.runs import Lifecycle, ModelLink, Run, RunStatus


@dataclass(frozen=True)
class Described:
    """An input in the words of another tool, which has a digest of its own and no files."""

    name: str
    context: str
    source: str
    description: DatasetDescription

    def dataset(self) -> Dataset:
        """Return it as a run's dataset."""
        told = self.description
        return Dataset(
            name=self.name,
            digest=json_digest([self.name, told.digest, told.source_type, self.source]),
            context=self.context,
            source=self.source,
            files=(),
            description=told,
        )


@dataclass(frozen=True)
class Recording:
    """Records into runs. A batch stands for itself: sent again, it is the same one."""

    runs: RunStore
    contention: Contention
    quotas: Quotas

    def log_points(self, project: str, run_id: str, points: Sequence[Point]) -> None:
        """Store a batch of points once.

        Raises NotFoundError, ConflictError for a deleted run, InvalidRequestError for what fits no chunk,
        QuotaExceededError.
        """
        run = present(self.runs.glance(project, run_id))
        once = list(dict.fromkeys(points))
        if not once:
            return
        try:
            columns = chunks.in_columns(once)
            data = chunks.packed(columns)
        except chunks.ChunkError as error:
            raise InvalidRequestError(str(error)) from error
        self.quotas.spend(project, Limit.POINTS_PER_DAY, len(once))
        summary = of_columns(columns)
        self.contention.run(lambda: self.runs.add_batch(run, number_of(once), data, summary))

    def describe_datasets(self, project: str, run_id: str, described: Iterable[Described]) -> None:
        """Record inputs as another tool describes them. Raises NotFoundError, ConflictError."""
        run = going_on(self.runs.glance(project, run_id))
        given = {(each.context, each.name, each.digest): each for each in map(Described.dataset, described)}
        self.runs.put_datasets(run, list(given.values()))

    def link_models(self, project: str, run_id: str, links: Iterable[ModelLink]) -> None:
        """Record logged models that a run used or made. Raises NotFoundError, ConflictError."""
        run = going_on(self.runs.glance(project, run_id))
        given = {(each.direction, each.model_id): each for each in links}
        self.runs.put_model_links(run, list(given.values()))


def number_of(points: Sequence[Point]) -> int:
    """Return what stands for a batch where a writer would count: 53 bits of its SHA-256."""
    digest = json_digest([[p.key, p.step, p.timestamp, p.value.hex()] for p in points])
    return int(digest[:16], 16) >> 11


def present(run: Run) -> Run:
    """Return a run that is not deleted. Raises ConflictError."""
    if run.lifecycle is Lifecycle.DELETED:
        raise ConflictError(f"run {run.run_id} is deleted: restore it first")
    return run


def going_on(run: Run) -> Run:
    """Return a run that may still get inputs and outputs. Raises ConflictError."""
    if present(run).status is RunStatus.FINISHED:
        raise ConflictError("the run has finished: its inputs and outputs do not change any more")
    return run
