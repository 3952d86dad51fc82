"""Runs: reading and searching those that exist."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Unpack

from lineal.http.api import checked_input, limited, paged
from lineal.resources.base import Bound, Resource
from lineal.resources.logs import follow_logs, read_logs
from lineal.resources.series import Range, Selection, Series, SeriesTable, read_many, read_series
from lineal.tracking.params import as_tags, typed
from lineal_contract.base import Page
from lineal_contract.logs import LogLine, LogLines, LogReceipt, Stream
from lineal_contract.routes import tracking as routes
from lineal_contract.runs import (
    SYSTEM_METRICS,
    ChunkReceipt,
    CreateRun,
    Dataset,
    Lifecycle,
    LogChunk,
    RunQuery,
    RunStatus,
    StartAttempt,
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

    def __repr_args__(self) -> Iterator[tuple[str, Any]]:
        """What a notebook shows: the script and its packages would fill pages."""
        shown = ("run_id", "project", "experiment", "name")
        yield from ((field, value) for field in shown if (value := getattr(self, field)))
        yield "status", self.status.value
        yield "metrics", {k: m.last for k, m in self.metrics.items() if not k.startswith(SYSTEM_METRICS)}

    def metric(self, key: str, **selection: Unpack[Selection]) -> Series:
        """Return the points of the metric `key`, by step and time; see `Selection` for parts of it."""
        return read_series(self._api, self.run_id, key, **selection)

    def logs(self, *, tail: int | None = None, stream: Stream | str | None = None) -> Iterator[LogLine]:
        """Yield what the run printed, in order; the last `tail` lines, or those of one stream alone."""
        return Runs(self._api).logs(self.run_id, tail=tail, stream=stream)

    @property
    def typed_params(self) -> dict[str, Any]:
        """The params with the types they were logged with; `params` has them as text."""
        return typed(self.params, self.param_types)

    def children(
        self,
        filter: str = "",  # noqa: A002 - the word users of other trackers know
        *,
        order_by: str = "",
        limit: int | None = None,
    ) -> Iterator["Run"]:
        """Yield the runs that have this one as parent, such as the trials of a sweep, in any order."""
        return Runs(self._api).search(filter, parent=self.run_id, order_by=order_by, limit=limit)


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
        parent: str | None = None,
        status: RunStatus | str | None = None,
        lifecycle: str = "active",
        order_by: str = "",
        limit: int | None = None,
    ) -> Iterator[Run]:
        """Yield runs that fit a filter such as `metrics.mae < 45 AND params.model = 'ridge'`.

        Newest first, or by fields such as `metrics.mae ASC, attributes.started_at DESC`. The runs are at a
        glance: `get` one for its patch, packages, artifacts and the files of its datasets. With `parent` they
        are that run's children in all experiments; `lifecycle` is `active`, `deleted` or `all`.
        """

        def fetch(token: str | None) -> Page[RunRecord]:
            return self._api.call(routes.LIST_RUNS, query=query.model_copy(update={"page_token": token}))

        with checked_input():
            query = RunQuery.model_validate(
                {
                    "experiment": experiment,
                    "parent_run_id": parent,
                    "status": status,
                    "lifecycle": lifecycle,
                    "filter": filter,
                    "order_by": order_by,
                }
            )
        return limited(map(self._bound, paged(fetch)), limit)

    def metric(self, run_id: str, key: str, **selection: Unpack[Selection]) -> Series:
        """Return the points of a run's metric, in order of step and time; see `Selection` for parts of it."""
        return read_series(self._api, run_id, key, **selection)

    def metrics(
        self,
        runs: "Iterable[Run | str]",
        keys: Iterable[str] | str,
        *,
        max_points: int = 500,
        **selection: Unpack[Range],
    ) -> SeriesTable:
        """Return metrics of any number of runs, each series thinned out to `max_points` at most.

        Raises NotFoundError for an unknown run; a run without a metric has a series without points.
        """
        ids = [run if isinstance(run, str) else run.run_id for run in runs]
        names = [keys] if isinstance(keys, str) else list(keys)
        return read_many(self._api, ids, names, max_points=max_points, **selection)

    def create(self, request: CreateRun) -> Run:
        """Start a run; the same request again gives the same run."""
        return self._bound(self._api.call(routes.CREATE_RUN, body=request))

    def update(self, run_id: str, change: UpdateRun, *, request_id: str | None = None) -> Run:
        """Add params or tags, or end a run. Raises ConflictError for a param with another value.

        With the same `request_id`, 32 hex digits, the same change is made once, however often it is sent.
        """
        call = self._api.call
        return self._bound(call(routes.UPDATE_RUN, body=change, run_id=run_id, request_id=request_id))

    def resume(self, run_id: str, attempt: StartAttempt) -> Run:
        """Continue a run; the same attempt is one however often. Raises ConflictError for a deleted run."""
        return self._bound(self._api.call(routes.RESUME_RUN, body=attempt, run_id=run_id))

    def set_tags(self, run_id: str, tags: Mapping[str, Any], *, remove: Iterable[str] = ()) -> Run:
        """Set tags, whatever they were, and `remove` others in the same step; at any time."""
        return self._change(run_id, tags=as_tags(tags), remove_tags=_names(remove))

    def remove_tags(self, run_id: str, names: Iterable[str]) -> Run:
        """Remove tags; one that is not there is no error."""
        return self._change(run_id, remove_tags=_names(names))

    def set_note(self, run_id: str, note: str) -> Run:
        """Set the note, Markdown of at most 8,000 characters; an empty one removes it."""
        return self._change(run_id, note=note)

    def stop(self, run_id: str, reason: str = "") -> Run:
        """Ask a run to stop: its `should_stop` becomes true. Raises ConflictError for one that has ended."""
        return self._change(run_id, stop={"reason": reason})

    def delete(self, run_id: str) -> Run:
        """Take a run out of the lists. Nothing of it is removed, and `restore` brings it back."""
        return self._change(run_id, lifecycle=Lifecycle.DELETED)

    def restore(self, run_id: str) -> Run:
        """Bring a deleted run back."""
        return self._change(run_id, lifecycle=Lifecycle.ACTIVE)

    def _change(self, run_id: str, **change: Any) -> Run:
        with checked_input():
            wanted = UpdateRun.model_validate(change)
        return self.update(run_id, wanted)

    def log_chunk(self, run_id: str, chunk: LogChunk) -> ChunkReceipt:
        """Deliver metric points; a repeated delivery changes nothing."""
        return self._api.call(routes.LOG_CHUNK, body=chunk, run_id=run_id)

    def heartbeat(self, run_id: str) -> Run:
        """Say that a run's process lives; the answer is the run at a glance."""
        return self._bound(self._api.call(routes.HEARTBEAT, run_id=run_id))

    def log_lines(self, run_id: str, chunk: LogLines) -> LogReceipt:
        """Deliver what a run printed; a repeated delivery changes nothing."""
        return self._api.call(routes.LOG_LINES, body=chunk, run_id=run_id)

    def logs(
        self, run_id: str, *, tail: int | None = None, stream: Stream | str | None = None
    ) -> Iterator[LogLine]:
        """Yield what a run printed, in order; the last `tail` lines, or those of one stream. See `logs`."""
        return read_logs(self._api, run_id, tail=tail, stream=Stream(stream) if stream else None)

    def follow_logs(
        self, run_id: str, *, tail: int = 10, stream: Stream | str | None = None, interval: float = 2.0
    ) -> Iterator[LogLine]:
        """Yield the last `tail` lines and then each as it is delivered, until the run has ended."""
        chosen = Stream(stream) if stream else None
        return follow_logs(self._api, run_id, self._has_ended, tail=tail, stream=chosen, interval=interval)

    def use_dataset(self, run_id: str, dataset: UseDataset) -> Dataset:
        """Record a dataset as an input of a run."""
        return self._api.call(routes.USE_DATASET, body=dataset, run_id=run_id)

    def _has_ended(self, run_id: str) -> bool:
        return self.get(run_id).status is not RunStatus.RUNNING

    def _bound(self, record: RunRecord) -> Run:
        return Run.bind(record, self._api)


def _names(tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(as_tags(dict.fromkeys(tags, "")))
