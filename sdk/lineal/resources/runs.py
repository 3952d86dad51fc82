"""Runs: reading and searching those that exist."""

from collections.abc import Iterator
from itertools import islice

from lineal.api import checked_input, paged
from lineal.resources.base import Bound, Resource
from lineal_contract import routes
from lineal_contract.base import Page
from lineal_contract.runs import (
    ChunkReceipt,
    CreateRun,
    Dataset,
    LogChunk,
    MetricPoint,
    MetricQuery,
    RunQuery,
    RunStatus,
    UpdateRun,
    UseDataset,
)
from lineal_contract.runs import Run as RunRecord


class Run(Bound, RunRecord):
    """A run as it was when it was read."""

    @property
    def id(self) -> str:
        """The run's id."""
        return self.run_id

    def metric(self, key: str) -> tuple[MetricPoint, ...]:
        """Return every point of the metric `key`, in order of step and time."""
        return Runs(self._api).metric(self.run_id, key)


class Runs(Resource):
    """The runs of the project."""

    def get(self, run_id: str) -> Run:
        """Return a run. Raises NotFoundError."""
        return self._bound(self._api.call(routes.GET_RUN, run_id=run_id))

    def search(
        self,
        filter: str = "",  # noqa: A002 - the word users of other trackers know
        *,
        experiment: str | None = None,
        status: RunStatus | str | None = None,
        order_by: str = "",
        limit: int | None = None,
    ) -> Iterator[Run]:
        """Yield runs that fit a filter such as `metrics.mae < 45 AND params.model = 'ridge'`.

        Newest first, or by fields such as `metrics.mae ASC, attributes.started_at DESC`. The runs are at a
        glance: `get` one for its patch, packages, artifacts and the files of its datasets.
        """

        def fetch(token: str | None) -> Page[RunRecord]:
            return self._api.call(routes.LIST_RUNS, query=query.model_copy(update={"page_token": token}))

        with checked_input():
            query = RunQuery.model_validate(
                {"experiment": experiment, "status": status, "filter": filter, "order_by": order_by}
            )
        return islice(map(self._bound, paged(fetch)), limit)

    def metric(self, run_id: str, key: str) -> tuple[MetricPoint, ...]:
        """Return every point of a run's metric, in order of step and time."""
        with checked_input():
            query: MetricQuery | None = MetricQuery(key=key)
        points: list[MetricPoint] = []
        while query is not None:
            page = self._api.call(routes.GET_METRIC, query=query, run_id=run_id)
            points += page.points
            query = None if page.next is None else query.model_copy(update={"start": page.next})
        return tuple(points)

    def create(self, request: CreateRun) -> Run:
        """Start a run; the same request again gives the same run."""
        return self._bound(self._api.call(routes.CREATE_RUN, body=request))

    def update(self, run_id: str, change: UpdateRun) -> Run:
        """Add params or tags, or end a run. Raises ConflictError for a param with another value."""
        return self._bound(self._api.call(routes.UPDATE_RUN, body=change, run_id=run_id))

    def log_chunk(self, run_id: str, chunk: LogChunk) -> ChunkReceipt:
        """Deliver metric points; a repeated delivery changes nothing."""
        return self._api.call(routes.LOG_CHUNK, body=chunk, run_id=run_id)

    def use_dataset(self, run_id: str, dataset: UseDataset) -> Dataset:
        """Record a dataset as an input of a run."""
        return self._api.call(routes.USE_DATASET, body=dataset, run_id=run_id)

    def _bound(self, record: RunRecord) -> Run:
        return Run.bind(record, self._api)
