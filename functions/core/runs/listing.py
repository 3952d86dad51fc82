"""Pages of runs: newest first straight from the shards, or filtered and ordered over all of an experiment."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

from functions.core.ports.glances import Glance, Stored
from functions.core.ports.tracking import RunStore
from functions.core.ports.world import Clock, PageTokens
from functions.core.runs import search
from functions.core.runs.liveness import as_seen, glance_as_seen
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
    order_by: Sequence[str]
    shows: Callable[[Glance], bool]


@dataclass(frozen=True)
class Match:
    """A run that a search finds. `position` is where it is in the order: unique, and JSON."""

    position: tuple[Any, ...]
    stored: Stored
    now: int

    def run(self) -> Run:
        """Return the run at a glance, as it is to be seen now."""
        return as_seen(self.stored.run(), self.now)


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
            found, position = self._searched(project, query, after)
        else:
            found, position = self._newest(project, query, after)
        token = self.tokens.seal(scope, position) if position is not None else None
        return Page(items=tuple(found), next_page_token=token)

    def of_experiments(self, project: str, experiments: Sequence[str]) -> Sequence[Glance]:
        """Return glances at the runs of some experiments, in no order. Raises TooLargeError."""
        return self.runs.of_experiments(project, experiments, MAX_SEARCHED)

    def search(self, project: str, wanted: RunSearch, after: Any) -> list[Match]:
        """Return every run that fits, in order, behind a position. Raises as `page` does."""
        looked_for = self._looking_for(wanted.filter, wanted.order_by, wanted.shows, after)
        stored = self.runs.of_experiments(project, wanted.experiments, MAX_SEARCHED)
        return sorted(looked_for(stored), key=_position)

    def _newest(self, project: str, query: RunQuery, after: Any) -> tuple[list[Run], Any]:
        found, more = self.runs.query(project, query, after)
        seen = (as_seen(run, self.clock()) for run in found)
        return [run for run in seen if _is_listed(run, query)], found[-1].run_id if more else None

    def _searched(self, project: str, query: RunQuery, after: Any) -> tuple[list[Run], Any]:
        order = search.parts(query.order_by)
        looked_for = self._looking_for(query.filter, order, lambda run: _is_listed(run, query), after)
        found = nsmallest(query.page_size + 1, looked_for(self._all(project, query)), key=_position)
        page = found[: query.page_size]
        return [match.run() for match in page], page[-1].position if len(found) > len(page) else None

    def _looking_for(
        self, condition: str, order: Sequence[str], shows: Callable[[Glance], bool], after: Any
    ) -> Callable[[Iterable[Stored]], Iterator[Match]]:
        """Return what finds the runs that fit, behind a position. Raises InvalidRequestError."""
        fits, rank = search.condition(condition), search.order(order)
        now, behind = self.clock(), search.as_rank(after)

        def look(runs: Iterable[Stored]) -> Iterator[Match]:
            for stored in runs:
                seen = glance_as_seen(stored, now)
                if shows(seen) and fits(seen):
                    position = rank(seen)
                    if behind is None or position > behind:
                        yield Match(position, stored, now)

        return look

    def _all(self, project: str, query: RunQuery) -> Sequence[Stored]:
        if query.parent_run_id is None:
            return self.runs.all(project, query.experiment, MAX_SEARCHED)
        children = self.runs.children(project, query.parent_run_id, MAX_SEARCHED)
        return [run for run in children if query.experiment in (None, run.experiment)]


def _position(match: Match) -> tuple[Any, ...]:
    return match.position


def _is_listed(run: Glance, query: RunQuery) -> bool:
    return query.lifecycle in ("all", run.lifecycle.value) and query.status in (None, run.status)
