"""MLflow's filters and orders, read once for every kind of thing that is searched.

metrics.mae < 45 AND params.`batch size` = '64' AND attributes.status IN ('FINISHED', 'FAILED')
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput

from functions.core.errors import InvalidRequestError
from functions.core.runs import values
from functions.core.runs.pointing import pointed
from functions.core.runs.values import Value, holds

MAX_FILTER = 20_000
MAX_COMPARISONS = 200
_GRAMMAR = Path(__file__).with_name("filters.lark")
_NAMESPACES = {
    "metrics": ("metric", "metrics"),
    "params": ("param", "params", "parameter", "parameters"),
    "tags": ("tag", "tags"),
    "attributes": ("attribute", "attributes", "attr", "run"),
    "datasets": ("dataset", "datasets"),
}
_NAMESPACE_OF = {alias: name for name, aliases in _NAMESPACES.items() for alias in aliases}

Lookup = Callable[[str, str], Sequence[Value]]
"""What a thing has under a namespace and a key: nothing, one value, or several."""


@dataclass(frozen=True)
class Comparison:
    """One condition; `operator` is a comparator, LIKE, ILIKE, IN, NOT IN, IS NULL or IS NOT NULL."""

    namespace: str
    key: str
    operator: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Ordering:
    """One field to sort by."""

    namespace: str
    key: str
    descending: bool


def comparisons(text: str) -> tuple[Comparison, ...]:
    """Return the conditions of a filter; none for an empty one. Raises InvalidRequestError."""
    if not text.strip():
        return ()
    if len(text) > MAX_FILTER:
        raise InvalidRequestError(f"filter: {MAX_FILTER} characters at most")
    try:
        parsed: list[Comparison] = _parser().parse(text)  # type: ignore[assignment]
    except UnexpectedInput as error:
        raise InvalidRequestError(pointed(text, error)) from error
    if len(parsed) > MAX_COMPARISONS:
        raise InvalidRequestError(f"filter: {MAX_COMPARISONS} conditions at most")
    return tuple(parsed)


def orderings(texts: Sequence[str]) -> tuple[Ordering, ...]:
    """Return the fields of `field [ASC|DESC]` each. Raises InvalidRequestError."""
    return tuple(_ordering(text) for text in texts if text.strip())


def fields(conditions: Sequence[Comparison], orders: Sequence[Ordering]) -> list[tuple[str, str]]:
    """Return every namespace and key that is asked about, so that unknown ones can be refused."""
    return [
        *((each.namespace, each.key) for each in conditions),
        *((each.namespace, each.key) for each in orders),
    ]


def fits(conditions: Sequence[Comparison], lookup: Lookup) -> bool:
    """Say whether every condition holds; one on what is not there does not."""
    return all(_holds(each, lookup(each.namespace, each.key)) for each in conditions)


def rank(orders: Sequence[Ordering], lookup: Lookup) -> tuple[Any, ...]:
    """Return what to sort a thing by; what is missing comes last."""
    return tuple(values.rank(lookup(each.namespace, each.key), each.descending) for each in orders)


class _Builder(Transformer[Token, Any]):
    """Turns what was parsed into comparisons."""

    def start(self, children: list[Comparison]) -> list[Comparison]:
        return children

    def field(self, children: list[Token]) -> tuple[str, str]:
        return _field(str(children[0]))

    def number(self, children: list[Token]) -> float:
        return float(children[0])

    def text(self, children: list[Token]) -> str:
        return str(children[0])[1:-1]

    def compared(self, children: list[Any]) -> Comparison:
        (namespace, key), operator, value = children
        wanted = str(value)[1:-1] if isinstance(value, Token) else value
        return Comparison(namespace, key, str(operator).upper(), (wanted,))

    def among(self, children: list[Any]) -> Comparison:
        return _comparison("IN", children)

    def not_among(self, children: list[Any]) -> Comparison:
        return _comparison("NOT IN", children)

    def absent(self, children: list[Any]) -> Comparison:
        return _comparison("IS NULL", children)

    def present(self, children: list[Any]) -> Comparison:
        return _comparison("IS NOT NULL", children)


def _comparison(operator: str, children: list[Any]) -> Comparison:
    (namespace, key), *values = children
    return Comparison(namespace, key, operator, tuple(values))


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(_GRAMMAR.read_text(), parser="lalr", transformer=_Builder())


def _field(text: str) -> tuple[str, str]:
    """Return namespace and key; a name without a namespace is an attribute."""
    head, dot, key = text.partition(".")
    if not dot:
        return "attributes", text
    namespace = _NAMESPACE_OF.get(head.lower())
    if namespace is None:
        raise InvalidRequestError(f"filter: {head!r} is none of {', '.join(sorted(_NAMESPACE_OF))}")
    return namespace, key.strip('`"')


def _ordering(text: str) -> Ordering:
    words = text.strip().rsplit(maxsplit=1)
    direction = words[1].upper() if len(words) == 2 and words[1].upper() in ("ASC", "DESC") else ""
    name = words[0] if direction else text.strip()
    quoted = name.endswith(("`", '"'))
    if any(map(str.isspace, name)) and not quoted:
        raise InvalidRequestError(f"order_by: {text!r} is not a field with ASC or DESC behind it")
    namespace, key = _field(name)
    return Ordering(namespace, key, direction == "DESC")


def _holds(condition: Comparison, found: Sequence[Value]) -> bool:
    match condition.operator:
        case "IS NULL":
            return not found
        case "IS NOT NULL":
            return bool(found)
        case "IN":
            return any(holds("=", each, value) for each in found for value in condition.values)
        case "NOT IN":
            return bool(found) and not _holds(Comparison("", "", "IN", condition.values), found)
        case operator:
            return any(holds(operator, each, condition.values[0]) for each in found)
