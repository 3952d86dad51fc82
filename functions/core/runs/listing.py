"""Pages of runs: newest first straight from the shards, or filtered and ordered over all of an experiment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from functions.core.ports.tracking import RunStore
from functions.core.ports.world import Clock, PageTokens
from functions.core.runs import search
from functions.core.runs.liveness import as_seen
from lineal_contract.base import Page
from lineal_contract.digests import json_digest
from lineal_contract.runs import Run, RunQuery

MAX_SEARCHED = 10_000
"""How many runs one search may look at: some thousands of small items are read in a second or two."""


@dataclass(frozen=True)
class RunSearch:
    """A search over some experiments, by their ids; `shows` says which of the runs count as there."""

    experiments: Sequence[str]
    filter: str
    order_by: tuple[str, ...]
    shows: Callable[[Run], bool]

    def position(self, run: Run) -> tuple[Any, ...]:
        """Return where a run is in the order: unique, and JSON."""
        return search.order(self.order_by)(run)


@dataclass(frozen=True)
class Listing:
    """Lists and searches runs. A token pins its query: with another filter or project it is refused."""

    runs: RunStore
    tokens: PageTokens
    clock: Clock

    def page(self, project: str, query: RunQuery) -> Page[Run]:
        """Return a page. Raises InvalidRequestError for a filter, order or token, TooLargeError."""
        scope = json_digest([project, query.model_dump(mode="json", exclude={"page_token", "page_size"})])
        after = self.tokens.open(scope, query.page_token) if query.page_token else None
        if query.filter.strip() or query.order_by.strip() or query.parent_run_id:
            found, more = self._searched(project, query, after)
            position: Any = search.order(search.parts(query.order_by))(found[-1]) if more else None
        else:
            found, more = self.runs.query(project, query, after)
            position = found[-1].run_id if more else None
        seen = (as_seen(run, self.clock()) for run in found)
        runs = tuple(run for run in seen if _is_listed(run, query))
        return Page(items=runs, next_page_token=self.tokens.seal(scope, position) if more else None)

    def of_experiments(self, project: str, experiments: Sequence[str]) -> list[Run]:
        """Return the runs of some experiments at a glance, in no order. Raises TooLargeError."""
        return self.runs.of_experiments(project, experiments, MAX_SEARCHED)

    def search(self, project: str, wanted: RunSearch, after: Any) -> list[Run]:
        """Return every run that fits, in order, behind a position. Raises as `page` does."""
        fits, rank = search.condition(wanted.filter), search.order(wanted.order_by)
        now = self.clock()
        runs = (as_seen(run, now) for run in self.of_experiments(project, wanted.experiments))
        found = sorted((run for run in runs if fits(run) and wanted.shows(run)), key=rank)
        return found if after is None else [run for run in found if rank(run) > search.as_rank(after)]

    def _searched(self, project: str, query: RunQuery, after: Any) -> tuple[list[Run], bool]:
        fits, rank = search.condition(query.filter), search.order(search.parts(query.order_by))
        now = self.clock()
        runs = [as_seen(run, now) for run in self._all(project, query)]
        found = sorted((r for r in runs if fits(r) and _is_listed(r, query)), key=rank)
        if after is not None:
            found = [run for run in found if rank(run) > search.as_rank(after)]
        return found[: query.page_size], len(found) > query.page_size

    def _all(self, project: str, query: RunQuery) -> list[Run]:
        if query.parent_run_id is None:
            return self.runs.all(project, query.experiment, MAX_SEARCHED)
        children = self.runs.children(project, query.parent_run_id, MAX_SEARCHED)
        return [run for run in children if query.experiment in (None, run.experiment)]


def _is_listed(run: Run, query: RunQuery) -> bool:
    return query.lifecycle in ("all", run.lifecycle.value) and query.status in (None, run.status)
