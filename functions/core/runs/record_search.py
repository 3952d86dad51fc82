"""Searching records that are no runs: the same grammar over another vocabulary, decided in memory."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from lark import Token

from functions.core.errors import InvalidRequestError
from functions.core.ports.world import PageTokens
from functions.core.runs import search
from functions.core.runs.conditions import Readable
from functions.core.runs.pointing import check_known, place_of
from functions.core.runs.times import in_time
from functions.core.runs.values import Value, as_rank
from lineal_contract.base import Page
from lineal_contract.digests import json_digest

Values = list[Value]
T = TypeVar("T")
Read = Callable[[str, str, T], Values]
"""Returns what a record has under a namespace and a key."""


@dataclass(frozen=True)
class _Field(Generic[T]):
    namespace: str
    key: str
    read: Read[T]

    def values(self, record: T) -> Values:
        return self.read(self.namespace, self.key, record)


class Vocabulary(search.Builder):
    """What one kind of record has. `absent` says why a namespace of the grammar means nothing there."""

    def __init__(
        self, known: Mapping[str, Iterable[str]], read: Read[Any], absent: Mapping[str, str]
    ) -> None:
        super().__init__()
        self._known = {namespace: frozenset(keys) for namespace, keys in known.items()}
        self._read, self._absent = read, absent

    def field(self, children: list[Token]) -> Readable:
        namespace, key = children[0], search.key_of(children[1])
        if namespace in self._absent:
            raise InvalidRequestError(f"{place_of(namespace)}: {self._absent[str(namespace)]}")
        known = self._known.get(str(namespace))
        if known is not None:
            check_known(namespace, key, known)
        return _Field(str(namespace), key, self._read)

    def meant(self, field: Readable, value: Any) -> Value:
        return in_time(field, value)


@dataclass(frozen=True)
class RecordSearch(Generic[T]):
    """A search over records. `name` makes the order one of its own, in which no two records tie.

    `scope` is what a page token is good for: the project, and the query without its page.
    """

    filter: str
    order_by: str
    vocabulary: Vocabulary
    name: Callable[[T], tuple[Any, ...]]
    scope: list[Any]

    def page(
        self, records: Iterable[T], tokens: PageTokens, page_size: int, page_token: str | None
    ) -> Page[T]:
        """Return the records that fit, in order. Raises InvalidRequestError for filter, order or token."""
        scope = json_digest(self.scope)
        after = tokens.open(scope, page_token) if page_token else None
        fits = search.condition(self.filter, self.vocabulary)
        rank = self._rank()
        found = sorted((r for r in records if fits(r)), key=rank)
        if after is not None:
            found = [record for record in found if rank(record) > as_rank(after)]
        page = found[:page_size]
        token = tokens.seal(scope, rank(page[-1])) if len(found) > len(page) else None
        return Page.model_construct(items=tuple(page), next_page_token=token)

    def _rank(self) -> Callable[[T], tuple[Any, ...]]:
        fields = [search.ordering(text, self.vocabulary) for text in search.parts(self.order_by)]
        return lambda record: (
            *(field.rank(record) for field in fields),
            *self.name(record),
        )
