"""Searches for registered models and versions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from functions.core.errors import InvalidRequestError
from functions.core.models.finding import Listed
from functions.core.runs.values import Value
from functions.mlflow.filters import Lookup, Ordering, comparisons, fields, fits, orderings, rank
from functions.mlflow.paging import page
from functions.mlflow.surface import Call, surface
from functions.mlflow.version_sources import IS_PROMPT
from functions.mlflow.version_view import shown, shown_model, source_of
from lineal_contract.mlflow import model_version_endpoints, registered_model_endpoints
from lineal_contract.mlflow import model_versions as wire_versions
from lineal_contract.mlflow import registered_models as wire_models
from lineal_contract.registry import ModelVersion

T = TypeVar("T")
Read = Mapping[str, Callable[[T], Value]]

_MODEL: Read[Listed] = {
    "name": lambda each: each.head.model,
    "creation_timestamp": lambda each: float(each.head.created_at),
    "last_updated_timestamp": lambda each: float(each.head.updated_at or each.head.created_at),
}
_VERSION: Read[ModelVersion] = {
    "name": lambda each: each.model,
    "version_number": lambda each: float(each.version),
    "run_id": lambda each: each.run_id or "",
    "source_path": source_of,
    "creation_timestamp": lambda each: float(each.registered_at),
    "last_updated_timestamp": lambda each: float(each.registered_at),
}
_NEWEST = (
    Ordering("attributes", "last_updated_timestamp", descending=True),
    Ordering("attributes", "name", descending=False),
    Ordering("attributes", "version_number", descending=True),
)


@surface.handles(registered_model_endpoints.SEARCH_REGISTERED_MODELS)
def search_models(call: Call[wire_models.SearchRegisteredModels]) -> wire_models.RegisteredModels:
    """Search models: by name, unless `order_by` says otherwise."""
    everything = call.backend.finding.everything(call.project)
    found, token = _page(
        call,
        "registered models",
        everything,
        _MODEL,
        lambda each: each.head.tags,
        lambda each: (each.head.model,),
    )
    return wire_models.RegisteredModels(
        registered_models=tuple(map(shown_model, found)), next_page_token=token
    )


@surface.handles(model_version_endpoints.SEARCH_MODEL_VERSIONS)
def search_versions(call: Call[wire_versions.SearchModelVersions]) -> wire_versions.ModelVersions:
    """Search versions of all models: the newest first, unless `order_by` says otherwise."""
    everything = (v for listed in call.backend.finding.everything(call.project) for v in listed.versions)
    found, token = _page(
        call,
        "model versions",
        everything,
        _VERSION,
        lambda each: each.tags,
        lambda each: (rank(_NEWEST, _lookup(_VERSION, each, each.tags)),),
    )
    return wire_versions.ModelVersions(model_versions=tuple(map(shown, found)), next_page_token=token)


def _page(
    call: Call[Any],
    kind: str,
    everything: Iterable[T],
    known: Read[T],
    tags: Callable[[T], Mapping[str, str]],
    tied: Callable[[T], tuple[Any, ...]],
) -> tuple[Sequence[T], str | None]:
    wanted = call.request
    conditions, orders = comparisons(wanted.filter), orderings(wanted.order_by)
    for namespace, key in fields(conditions, orders):
        if namespace != "tags" and (namespace != "attributes" or key not in known):
            raise InvalidRequestError(f"{kind} have tags and {', '.join(known)}, not {namespace}.{key}")
    return page(
        call.backend.page_tokens,
        [kind, call.project, wanted.filter, wanted.order_by],
        (each for each in everything if fits(conditions, _lookup(known, each, tags(each)))),
        lambda each: (*rank(orders, _lookup(known, each, tags(each))), *tied(each)),
        wanted.page_token,
        wanted.max_results,
    )


def _lookup(known: Read[T], each: T, tags: Mapping[str, str]) -> Lookup:
    def values(namespace: str, key: str) -> list[Value]:
        if namespace != "tags":
            return [known[key](each)]
        if key == IS_PROMPT:  # clients ask for models by what only prompts have
            return [tags.get(key, "false")]
        return [tags[key]] if key in tags else []

    return values
