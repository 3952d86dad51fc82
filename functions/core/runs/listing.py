"""Pages of runs: newest first straight from the shards, or filtered and ordered over all of an experiment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from functions.core.ports.tracking import RunStore
from functions.core.ports.world import Clock, PageTokens
from functions.core.runs import search
from functions.core.runs.block_cache import hidden
from functions.core.runs.conditions import All, Compared, Condition
from functions.core.runs.datasets import Used, used_by, used_in
from functions.core.runs.fields import Field
from functions.core.runs.liveness import as_seen
from functions.core.runs.searching import MAX_LIVE, Match, RunSearch, Searching
from lineal_contract.base import Page
from lineal_contract.digests import json_digest
from lineal_contract.runs import Run, RunQuery


@dataclass(frozen=True)
class Listing:
    """Lists and searches runs. A token pins its query: with another filter or project it is refused."""

    runs: RunStore
    searching: Searching
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

    def datasets(self, project: str, experiment_ids: Sequence[str]) -> set[tuple[str, Used]]:
        """Return what the runs of some experiments used, with the experiments. Raises TooLargeError."""
        live = self.searching.live(project, experiment_ids)
        found = {(run.experiment_id, used) for run in live for used in used_by(run)}
        blocks, removed = self.searching.cache.folded(project, experiment_ids)
        known = removed | {run.run_id for run in live}
        for folded in blocks:
            for ref in folded.blocks:
                block = self.searching.cache.block(ref)
                used = used_in(block, hidden(block, ref, known))
                found |= {(folded.experiment_id, each) for each in used}
        return found

    def _newest(self, project: str, query: RunQuery, after: Any) -> tuple[list[Run], Any]:
        found, more = self.runs.query(project, query, after)
        seen = [as_seen(run, self.clock()) for run in found]
        shown = _shown(query)
        return [run for run in seen if shown(run)], found[-1].run_id if more else None

    def _searched(self, project: str, query: RunQuery, after: Any) -> tuple[list[Run], Any]:
        found = self._found(project, query, after, query.page_size + 1)
        page = found[: query.page_size]
        runs = self.searching.read(project, page)
        return list(runs), page[-1].position if len(found) > len(page) else None

    def _found(self, project: str, query: RunQuery, after: Any, most: int) -> list[Match]:
        order, shown = search.parts(query.order_by), _shown(query)
        if query.parent_run_id is None:
            experiments = self.runs.experiments(project, query.experiment)
            asked = RunSearch(dict.fromkeys(experiments, shown), query.filter, order)
            return self.searching.find(project, asked, after, most)
        children = self.runs.children(project, query.parent_run_id, MAX_LIVE)
        of_name = [run for run in children if query.experiment in (None, run.experiment)]
        asked = RunSearch({run.experiment_id: shown for run in of_name}, query.filter, order)
        return self.searching.find_among(of_name, asked, after, most)


def attribute_is(name: str, value: str) -> Condition:
    """Return the condition that runs have a value in an attribute."""
    return Compared(Field("attributes", name), "=", value)


def _shown(query: RunQuery) -> Condition:
    stages = [] if query.lifecycle == "all" else [attribute_is("lifecycle", query.lifecycle)]
    statuses = [] if query.status is None else [attribute_is("status", query.status.value)]
    return All((*stages, *statuses))
