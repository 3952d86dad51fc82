"""Searching models and versions, with the grammar of runs."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from functions.core.errors import TooLargeError
from functions.core.ledger import ModelHead
from functions.core.models.naming import head_of, resolve, version_of
from functions.core.models.registry import with_aliases
from functions.core.ports.registry import ModelStore
from functions.core.ports.world import PageTokens
from functions.core.runs.record_search import RecordSearch, Values, Vocabulary
from lineal_contract.base import Page
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.registry import Model, ModelVersion, SearchQuery

MAX_SEARCHED = 10_000
"""How many versions one search may look at."""
_PAGE = 200

T = TypeVar("T")


@dataclass(frozen=True)
class Listed:
    """A model with its versions, as a search sees it."""

    head: ModelHead
    versions: tuple[ModelVersion, ...]


def _one(value: object) -> Values:
    if value is None:
        return []
    return [value if isinstance(value, str) else float(str(value))]


_VERSION: Mapping[str, Callable[[ModelVersion], Values]] = {
    "name": lambda v: [v.model],
    "model": lambda v: [v.model],
    "version": lambda v: _one(v.version),
    "semver": lambda v: _one(v.semver),
    "commit": lambda v: _one(v.commit),
    "stage": lambda v: [str(v.stage)],
    "status": lambda v: [str(v.status)],
    "alias": lambda v: list(v.aliases),
    "origin": lambda v: [v.origin],
    "run_id": lambda v: _one(v.run_id),
    "artifact": lambda v: [v.artifact],
    "description": lambda v: _one(v.description or None),
    "algorithm": lambda v: _one(v.info.algorithm if v.info else None),
    "model_type": lambda v: _one(v.info.model_type if v.info else None),
    "format": lambda v: _one(v.info.format if v.info else None),
    "registered_at": lambda v: _one(v.registered_at),
    "person": lambda v: _one(v.registered_by.person),
    "principal": lambda v: [v.registered_by.principal],
}
_MODEL: Mapping[str, Callable[[ModelHead], Values]] = {
    "name": lambda h: [h.model],
    "latest_version": lambda h: _one(h.latest_version),
    "latest_semver": lambda h: _one(h.semver),
    "production_version": lambda h: _one(h.production_version),
    "alias": lambda h: list(h.aliases),
    "description": lambda h: _one(h.description or None),
    "created_at": lambda h: _one(h.created_at),
    "updated_at": lambda h: _one(h.updated_at),
    "person": lambda h: _one(h.created_by.person),
}
_OF_VERSIONS = ("stage", "status", "semver", "commit", "algorithm", "model_type")
_DATASETS = frozenset({"name", "digest", "context", "source"})


def _of_version(namespace: str, key: str, version: ModelVersion) -> Values:
    match namespace:
        case "metrics":
            value = version.metrics.get(key, math.nan)
            return [] if math.isnan(value) else [value]
        case "tags":
            return [version.tags[key]] if key in version.tags else []
        case "datasets":
            return [getattr(dataset, key) for dataset in version.datasets]
        case _:
            return _VERSION[key](version)


def _of_model(namespace: str, key: str, listed: Listed) -> Values:
    """A model has its own tags and attributes; metrics, datasets and stages are any of its versions'."""
    if namespace == "tags":
        return [listed.head.tags[key]] if key in listed.head.tags else []
    if namespace == "attributes" and key in _MODEL:
        return _MODEL[key](listed.head)
    return [value for version in listed.versions for value in _of_version(namespace, key, version)]


_NO_PARAMS = {"params": "params are the run's; search runs for them"}


@lru_cache(maxsize=2)
def _vocabulary(of_models: bool) -> Vocabulary:
    attributes = [*_MODEL, *_OF_VERSIONS] if of_models else list(_VERSION)
    read = _of_model if of_models else _of_version
    return Vocabulary({"attributes": attributes, "datasets": _DATASETS}, read, _NO_PARAMS)


@dataclass(frozen=True)
class Finding:
    """Reads the partitions of a project's models, never the whole table, and decides in memory."""

    models: ModelStore
    tokens: PageTokens

    def find_versions(self, project: str, query: SearchQuery) -> Page[ModelVersion]:
        """Return versions across models, by model and newest first where no order is asked for."""
        versions = [v for listed in self.everything(project) for v in listed.versions]
        return self._page(project, "versions", query, versions, lambda v: (v.model, -v.version))

    def find_models(self, project: str, query: SearchQuery) -> Page[Model]:
        """Return models, by name where no order is asked for."""
        models = self.everything(project)
        page = self._page(project, "models", query, models, lambda listed: (listed.head.model,))
        items = tuple(listed.head.wire() for listed in page.items)
        return Page(items=items, next_page_token=page.next_page_token)

    def _page(
        self,
        project: str,
        kind: str,
        query: SearchQuery,
        records: list[T],
        name: Callable[[T], tuple[Any, ...]],
    ) -> Page[T]:
        scope = [project, kind, query.filter, query.order_by]
        wanted = RecordSearch(query.filter, query.order_by, _vocabulary(kind == "models"), name, scope)
        return wanted.page(records, self.tokens, query.page_size, query.page_token)

    def one(self, project: str, model: str) -> Listed:
        """Return a model with all its versions, newest first. Raises NotFoundError, TooLargeError."""
        head = head_of(self.models, project, model)
        return Listed(head, tuple(self._versions(head, MAX_SEARCHED)))

    def version(self, project: str, model: str, which: str) -> ModelVersion:
        """Return the version that a selector means, with its aliases. Raises NotFoundError."""
        head = head_of(self.models, project, model)
        return with_aliases(head, version_of(self.models, head, resolve(self.models, head, which)))

    def everything(self, project: str) -> list[Listed]:
        """Return all models with all their versions. Raises TooLargeError."""
        found: list[Listed] = []
        left = MAX_SEARCHED
        for head in self._heads(project):
            versions = tuple(self._versions(head, left))
            left -= len(versions)
            found.append(Listed(head, versions))
        return found

    def _heads(self, project: str) -> Iterable[ModelHead]:
        token: str | None = None
        while True:
            page = self.models.heads(project, _PAGE, token)
            yield from (head for head in page.items if head.deleted_at is None)
            if (token := page.next_page_token) is None:
                return

    def _versions(self, head: ModelHead, most: int) -> Iterable[ModelVersion]:
        token: str | None = None
        read = 0
        while True:
            page = self.models.versions(head.project, head.model, _PAGE, token)
            read += len(page.items)
            if read > most:
                raise TooLargeError(f"a search looks at {MAX_SEARCHED} versions at most")
            for version in page.items:
                if version.version > head.buried and version.status is not VersionStatus.DELETED:
                    yield with_aliases(head, version)
            if (token := page.next_page_token) is None:
                return
