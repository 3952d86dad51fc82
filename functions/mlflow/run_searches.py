"""Searches for runs: MLflow's filters and orders as the core understands them."""

from collections.abc import Iterable, Sequence

from functions.core.errors import InvalidRequestError
from functions.core.runs.conditions import ALWAYS, Condition, Not, either
from functions.core.runs.listing import attribute_is
from functions.core.runs.searching import RunSearch
from functions.core.runs.values import Value
from functions.mlflow.filters import Comparison, comparisons, orderings
from functions.mlflow.run_view import SHOWN, shown
from functions.mlflow.surface import Call, surface
from functions.mlflow.views import is_viewed
from lineal_contract.digests import json_digest
from lineal_contract.experiments import Experiment, ExperimentStage
from lineal_contract.mlflow import run_endpoints as endpoints
from lineal_contract.mlflow import run_tags
from lineal_contract.mlflow import runs as wire
from lineal_contract.mlflow.experiments import ViewType
from lineal_contract.runs import Lifecycle

_MAX_BYTES = 4_000_000
"""Below Lambda's six million bytes, since the answer is wrapped once more."""
_NEWEST = ("attributes.`started_at` DESC",)
_FIELDS = {
    ("attributes", "run_id"): ("attributes", "run_id"),
    ("attributes", "run_uuid"): ("attributes", "run_id"),
    ("attributes", "run_name"): ("attributes", "name"),
    ("attributes", "status"): ("attributes", "status"),
    ("attributes", "start_time"): ("attributes", "started_at"),
    ("attributes", "created"): ("attributes", "started_at"),
    ("attributes", "end_time"): ("attributes", "ended_at"),
    ("attributes", "user_id"): ("tags", run_tags.USER),
    ("tags", run_tags.RUN_NAME): ("attributes", "name"),
    ("tags", run_tags.PARENT): ("attributes", "parent_run_id"),
    ("tags", run_tags.NOTE): ("attributes", "note"),
}
_NUMBERS = frozenset({"started_at", "ended_at"})
_DATASETS = frozenset({"name", "digest", "context"})
_OF_TEXTS = frozenset({"=", "!=", "LIKE", "ILIKE", "IN", "NOT IN", "IS NULL", "IS NOT NULL"})
_OF_NUMBERS = frozenset({"=", "!=", "<", "<=", ">", ">=", "IS NULL", "IS NOT NULL"})


@surface.handles(endpoints.SEARCH_RUNS)
def search(call: Call[wire.SearchRuns]) -> wire.Runs:
    """Search the runs of some experiments; the newest first, unless `order_by` says otherwise."""
    wanted = call.request
    known = {each.experiment_id: each for each in call.backend.experiments.all(call.project)}
    asked = tuple(each for each in dict.fromkeys(wanted.experiment_ids) if each in known)
    query = RunSearch(
        shows={each: _viewed(wanted.run_view_type, known[each]) for each in asked},
        filter=condition(wanted.filter),
        order_by=order(wanted.order_by) or _NEWEST,
    )
    tokens, scope = call.backend.page_tokens, _scope(call.project, wanted)
    after = tokens.open(scope, wanted.page_token) if wanted.page_token else None
    searching = call.backend.searching
    found = searching.find(call.project, query, after, wanted.max_results + 1)
    runs = searching.read(call.project, found)
    page = _fitting(
        (shown(run, known[run.experiment_id], call.locations) for run in runs), wanted.max_results
    )
    more = len(page) < len(found)
    token = tokens.seal(scope, found[len(page) - 1].position) if more else None
    return wire.Runs(runs=tuple(page), next_page_token=token)


def condition(text: str) -> str:
    """Return MLflow's filter in the core's grammar. Raises InvalidRequestError."""
    return " AND ".join(_stated(each) for each in comparisons(text))


def order(texts: Sequence[str]) -> tuple[str, ...]:
    """Return MLflow's order in the core's words. Raises InvalidRequestError."""
    stated = []
    for each in orderings(texts):
        namespace, key = _field(each.namespace, each.key)
        if namespace == "datasets":
            raise InvalidRequestError("order_by: runs are not ordered by their datasets")
        stated.append(f"{namespace}.{_quoted_key(key)} {'DESC' if each.descending else 'ASC'}")
    return tuple(stated)


def _stated(comparison: Comparison) -> str:
    namespace, key = _field(comparison.namespace, comparison.key)
    numeric = namespace == "metrics" or key in _NUMBERS
    if comparison.operator not in (_OF_NUMBERS if numeric else _OF_TEXTS):
        raise InvalidRequestError(
            f"filter: {comparison.namespace}.{comparison.key} takes no {comparison.operator}"
        )
    values = [_typed(value, comparison, numeric) for value in comparison.values]
    if (namespace, key) == ("attributes", "status"):
        return _of_status(comparison.operator, values)
    left = f"{namespace}.{_quoted_key(key)} {comparison.operator}"
    if comparison.operator in ("IN", "NOT IN"):
        return f"{left} ({', '.join(map(_literal, values))})"
    return f"{left} {_literal(values[0])}" if values else left


def _of_status(operator: str, values: Sequence[Value]) -> str:
    """A status by MLflow's names, one of which stands for two of ours."""
    if operator not in ("=", "!=", "IN", "NOT IN"):
        raise InvalidRequestError(f"filter: a status takes no {operator}")
    ours = [own.value for own, shown_as in SHOWN.items() if shown_as.value in values]
    wanted = operator in ("=", "IN")
    if not ours:
        return f"attributes.run_id IS {'' if wanted else 'NOT '}NULL"
    return f"attributes.status {'IN' if wanted else 'NOT IN'} ({', '.join(map(_literal, ours))})"


def _field(namespace: str, key: str) -> tuple[str, str]:
    known = _FIELDS.get((namespace, key.lower() if namespace == "attributes" else key))
    if known is not None:
        return known
    if namespace == "attributes" or (namespace == "datasets" and key not in _DATASETS):
        names = (
            sorted(_DATASETS) if namespace == "datasets" else sorted(k for n, k in _FIELDS if n == namespace)
        )
        raise InvalidRequestError(f"{namespace} of runs are {', '.join(names)}, not {key!r}")
    return namespace, key


def _typed(value: Value, comparison: Comparison, numeric: bool) -> Value:
    if isinstance(value, str) is numeric:
        kind = "a number" if numeric else "a quoted text"
        raise InvalidRequestError(f"filter: {comparison.namespace}.{comparison.key} is compared with {kind}")
    return value


def _literal(value: Value) -> str:
    if not isinstance(value, str):
        return repr(value)
    quote = "'" if "'" not in value else '"'
    if quote in value:
        raise InvalidRequestError("filter: a text with both kinds of quotes cannot be asked for")
    return f"{quote}{value}{quote}"


def _quoted_key(key: str) -> str:
    if "`" in key or not key:
        raise InvalidRequestError("filter: a key has no back quotes, and is not empty")
    return f"`{key}`"


def _viewed(view: ViewType, experiment: Experiment) -> Condition:
    """Return which runs of an experiment are viewed: in a deleted one all of them count as deleted."""
    if experiment.stage is ExperimentStage.DELETED:
        return ALWAYS if is_viewed(view, True) else Not(ALWAYS)
    viewed = [each for each in Lifecycle if is_viewed(view, each is Lifecycle.DELETED)]
    return either(*(attribute_is("lifecycle", each.value) for each in viewed))


def _scope(project: str, wanted: wire.SearchRuns) -> str:
    return json_digest(
        ["runs", project, wanted.model_dump(mode="json", exclude={"page_token", "max_results"})]
    )


def _fitting(runs: Iterable[wire.Run], most: int) -> list[wire.Run]:
    """Return the first runs that fit one answer, one at least."""
    page: list[wire.Run] = []
    size = 0
    for run in runs:
        size += len(run.to_json())
        if len(page) == most or (page and size > _MAX_BYTES):
            break
        page.append(run)
    return page
