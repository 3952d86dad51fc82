"""Pages of experiments: all of a project are read, which are few, and decided in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from functions.core.errors import NotFoundError
from functions.core.ports.world import PageTokens
from functions.core.runs.experiments import Experiments
from functions.core.runs.record_search import RecordSearch, Values, Vocabulary
from lineal_contract.base import Page
from lineal_contract.experiments import Experiment, ExperimentQuery

_ATTRIBUTES: Mapping[str, Callable[[Experiment], str | float | None]] = {
    "experiment_id": lambda each: each.experiment_id,
    "name": lambda each: each.name,
    "note": lambda each: each.note or None,
    "stage": lambda each: each.stage.value,
    "created_at": lambda each: float(each.created_at),
    "updated_at": lambda each: float(each.updated_at),
    "person": lambda each: each.actor.person if each.actor else None,
    "principal": lambda each: each.actor.principal if each.actor else None,
}
_OF_RUNS = {
    namespace: f"experiments have tags and attributes; {namespace} are of runs"
    for namespace in ("metrics", "params", "datasets")
}


@lru_cache(maxsize=1)
def _vocabulary() -> Vocabulary:
    return Vocabulary({"attributes": _ATTRIBUTES}, _values, _OF_RUNS)


def _values(namespace: str, key: str, experiment: Experiment) -> Values:
    value = experiment.tags.get(key) if namespace == "tags" else _ATTRIBUTES[key](experiment)
    return [] if value is None else [value]


@dataclass(frozen=True)
class ExperimentSearch:
    """Lists and searches the experiments of a project."""

    experiments: Experiments
    tokens: PageTokens

    def page(self, project: str, query: ExperimentQuery) -> Page[Experiment]:
        """Return a page. Raises InvalidRequestError for a filter, an order or a token."""
        scope = query.model_dump(mode="json", exclude={"page_token", "page_size"})
        wanted = RecordSearch(query.filter, query.order_by, _vocabulary(), _newest, [project, scope])
        found = [each for each in self._named(project, query) if query.stage in ("all", each.stage.value)]
        return wanted.page(found, self.tokens, query.page_size, query.page_token)

    def _named(self, project: str, query: ExperimentQuery) -> list[Experiment]:
        if query.name is None:
            return self.experiments.all(project)
        try:
            return [self.experiments.by_name(project, query.name)]
        except NotFoundError:
            return []


def _newest(experiment: Experiment) -> tuple[int, int]:
    return -experiment.created_at, -int(experiment.experiment_id)
