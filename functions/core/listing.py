"""Pages of runs: newest first straight from the shards, or filtered and ordered over all of an experiment."""

from dataclasses import dataclass
from typing import Any

from functions.core import search
from functions.core.ports import PageTokens, RunStore
from lineal_contract.base import Page
from lineal_contract.digests import json_digest
from lineal_contract.runs import Run, RunQuery

MAX_SEARCHED = 10_000
"""How many runs one search may look at: some thousands of small items are read in a second or two."""


@dataclass(frozen=True)
class Listing:
    """Lists and searches runs. A token pins its query: with another filter or project it is refused."""

    runs: RunStore
    tokens: PageTokens

    def page(self, project: str, query: RunQuery) -> Page[Run]:
        """Return a page. Raises InvalidRequestError for a filter, order or token, TooLargeError."""
        scope = json_digest([project, query.model_dump(mode="json", exclude={"page_token", "page_size"})])
        after = self.tokens.open(scope, query.page_token) if query.page_token else None
        if query.filter.strip() or query.order_by.strip():
            found, more = self._searched(project, query, after)
            position: Any = search.order(_fields(query))(found[-1]) if more else None
        else:
            found, more = self.runs.query(project, query, after)
            position = found[-1].run_id if more else None
        runs = tuple(run for run in found if query.status in (None, run.status))
        return Page(items=runs, next_page_token=self.tokens.seal(scope, position) if more else None)

    def _searched(self, project: str, query: RunQuery, after: Any) -> tuple[list[Run], bool]:
        fits, rank = search.condition(query.filter), search.order(_fields(query))
        runs = self.runs.all(project, query.experiment, MAX_SEARCHED)
        found = sorted((r for r in runs if fits(r) and query.status in (None, r.status)), key=rank)
        if after is not None:
            found = [run for run in found if rank(run) > _tuple(after)]
        return found[: query.page_size], len(found) > query.page_size


def _fields(query: RunQuery) -> list[str]:
    return [part.strip() for part in query.order_by.split(",") if part.strip()]


def _tuple(position: Any) -> Any:
    """The rank as it was before it was JSON, where tuples become lists."""
    return tuple(map(_tuple, position)) if isinstance(position, list) else position
