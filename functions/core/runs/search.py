"""Searching runs: one grammar for filters, three-valued like SQL, and an order by any field.

    metrics.mae < 45 AND params.model = 'ridge' AND NOT tags.owner LIKE 'test%'
    attributes.status IN ('finished', 'failed') OR datasets.name IS NOT NULL

A condition on something a run does not have is neither true nor false, and such a run is not found; ask
with IS NULL. Texts that read as numbers compare with numbers.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError

from functions.core.errors import InvalidRequestError
from functions.core.ports.glances import Glance
from lineal_contract.datasets import Dataset

MAX_DEPTH = 50
_GRAMMAR = Path(__file__).with_name("filters.lark")

Value = str | float
Condition = Callable[[Glance], bool | None]
"""Whether a run fits: yes, no, or None where it cannot be said."""


@dataclass(frozen=True)
class Field:
    """Something that runs have: a metric's last value, a param, a tag, an attribute, a dataset."""

    namespace: str
    key: str

    def values(self, run: Glance) -> list[Value]:
        """Return what a run has there; nothing, one value, or one of each dataset."""
        match self.namespace:
            case "metrics":
                summary = run.metrics.get(self.key)
                return [] if summary is None or math.isnan(summary.last) else [summary.last]
            case "params":
                return [run.params[self.key]] if self.key in run.params else []
            case "tags":
                return [run.tags[self.key]] if self.key in run.tags else []
            case "datasets":
                return [value for dataset in run.datasets for value in _of_dataset(dataset, self.key)]
            case _:
                value = _ATTRIBUTES[self.key](run)
                return [] if value is None else [value]


def _of_dataset(dataset: Dataset, key: str) -> list[Value]:
    """A dataset that another tool described is known by that tool's digest too."""
    value: Value = getattr(dataset, key)
    described = dataset.description if key == "digest" else None
    return [value, described.digest] if described else [value]


_ATTRIBUTES: dict[str, Callable[[Glance], Value | None]] = {
    "run_id": lambda run: run.run_id,
    "name": lambda run: run.name,
    "experiment": lambda run: run.experiment,
    "parent_run_id": lambda run: run.parent_run_id,
    "status": lambda run: run.status.value,
    "lifecycle": lambda run: run.lifecycle.value,
    "note": lambda run: run.note or None,
    "started_at": lambda run: float(run.started_at),
    "ended_at": lambda run: None if run.ended_at is None else float(run.ended_at),
    "principal": lambda run: run.actor.principal,
    "person": lambda run: run.actor.person,
    "commit": lambda run: run.code.commit,
    "script_digest": lambda run: run.code.script_digest,
    "model_type": lambda run: run.model.model_type if run.model else None,
    "algorithm": lambda run: run.model.algorithm if run.model else None,
    "framework": lambda run: run.model.framework if run.model else None,
    "heartbeat_at": lambda run: None if run.heartbeat_at is None else float(run.heartbeat_at),
}
_ORDERABLE = frozenset({"metrics", "params", "tags", "attributes"})
_DATASETS = frozenset({"name", "digest", "context", "source"})


def condition(text: str, builder: "Builder | None" = None) -> Callable[[Any], bool | None]:
    """Return the condition that a filter states; an empty one holds for every run.

    A `builder` of another vocabulary reads it for other things than runs.

    Raises InvalidRequestError that points at the position.
    """
    if not text.strip():
        return lambda _: True
    if _depth(text) > MAX_DEPTH:
        raise InvalidRequestError(f"filter: parentheses are nested more than {MAX_DEPTH} deep")
    try:
        parsed: Condition = _parser(builder).parse(text)  # type: ignore[assignment]
    except UnexpectedInput as error:
        raise InvalidRequestError(pointed(text, error)) from error
    except VisitError as error:
        raise error.orig_exc from error
    return parsed


def order(texts: Iterable[str]) -> Callable[[Glance], tuple[Any, ...]]:
    """Return the key that sorts runs by `field [ASC|DESC]` each; what is missing comes last.

    Ties, and an empty order, are by run id, newest first. Raises InvalidRequestError.
    """
    parts = [ordering(text) for text in texts]
    return lambda run: (
        *(rank(field.values(run), descending) for field, descending in parts),
        -int(run.run_id, 16),
    )


def holds(operator: str, found: Value, wanted: Value) -> bool | None:
    """Say whether a value compares, by a comparator, LIKE or ILIKE; None where that cannot be said."""
    if operator not in ("LIKE", "ILIKE"):
        return _COMPARATORS[operator](found, wanted)
    fold = str.casefold if operator == "ILIKE" else str
    return like(fold(_as_text(found)), fold(_as_text(wanted)))


def like(text: str, pattern: str) -> bool:
    """Say whether `text` fits a LIKE pattern: `%` any characters, `_` one. In time |text| x |pattern|."""
    at = resume = 0
    star = -1
    position = 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == "%":
            star, resume, at = at, position, at + 1
        elif at < len(pattern) and pattern[at] in ("_", text[position]):
            at, position = at + 1, position + 1
        elif star >= 0:
            resume += 1
            at, position = star + 1, resume
        else:
            return False
    return set(pattern[at:]) <= {"%"}


class Builder(Transformer[Token, Any]):
    """Turns what was parsed into a condition, from the leaves up."""

    def field(self, children: list[Token]) -> Field:
        namespace, key = str(children[0]), str(children[1]).strip("`")
        known = {"attributes": _ATTRIBUTES.keys(), "datasets": _DATASETS}.get(namespace)
        if known is not None and key not in known:
            raise InvalidRequestError(f"filter: {namespace} has {', '.join(sorted(known))}, not {key!r}")
        return Field(namespace, key)

    def number(self, children: list[Token]) -> float:
        return float(children[0])

    def text(self, children: list[Token]) -> str:
        return str(children[0])[1:-1]

    def compared(self, children: list[Any]) -> Condition:
        field, comparator, value = children
        return _any_of(field, lambda found: holds(str(comparator), found, value))

    def liked(self, children: list[Any]) -> Condition:
        field, operator, pattern = children
        name, wanted = str(operator).upper(), str(pattern)[1:-1]
        return _any_of(field, lambda found: holds(name, found, wanted))

    def not_liked(self, children: list[Any]) -> Condition:
        return self.negated([self.liked(children)])

    def among(self, children: list[Any]) -> Condition:
        field, *values = children
        return _any_of(field, lambda found: any(_equal(found, value) for value in values))

    def not_among(self, children: list[Any]) -> Condition:
        return self.negated([self.among(children)])

    def absent(self, children: list[Field]) -> Condition:
        return lambda run: not children[0].values(run)

    def present(self, children: list[Field]) -> Condition:
        return lambda run: bool(children[0].values(run))

    def negated(self, children: list[Condition]) -> Condition:
        def holds(run: Glance) -> bool | None:
            inner = children[0](run)
            return None if inner is None else not inner

        return holds

    def conjunction(self, children: list[Condition]) -> Condition:
        return lambda run: _all(child(run) for child in children)

    def disjunction(self, children: list[Condition]) -> Condition:
        def holds(run: Glance) -> bool | None:
            neither = _all(None if (r := child(run)) is None else not r for child in children)
            return None if neither is None else not neither

        return holds


@lru_cache(maxsize=3)
def _parser(builder: "Builder | None" = None) -> Lark:
    return Lark(_GRAMMAR.read_text(), parser="lalr", transformer=builder or Builder())


def _all(results: Iterable[bool | None]) -> bool | None:
    """And, in three values: one no decides, else one doubt does."""
    doubt = False
    for result in results:
        if result is False:
            return False
        doubt |= result is None
    return None if doubt else True


def _any_of(field: Field, holds: Callable[[Value], bool | None]) -> Condition:
    def evaluate(run: Glance) -> bool | None:
        results = [holds(found) for found in field.values(run)]
        known = [result for result in results if result is not None]
        return any(known) if known else None

    return evaluate


def _as_text(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _pair(found: Value, wanted: Value) -> tuple[Any, Any] | None:
    """Both as numbers or both as texts; None where a text is held against a number and is none."""
    if isinstance(found, str) and isinstance(wanted, str):
        return found, wanted
    try:
        return float(found), float(wanted)
    except ValueError:
        return None


def _equal(found: Value, wanted: Value) -> bool | None:
    pair = _pair(found, wanted)
    return None if pair is None else pair[0] == pair[1]


def _comparing(compare: Callable[[Any, Any], bool]) -> Callable[[Value, Value], bool | None]:
    def holds(found: Value, wanted: Value) -> bool | None:
        pair = _pair(found, wanted)
        return None if pair is None else compare(*pair)

    return holds


_COMPARATORS: dict[str, Callable[[Value, Value], bool | None]] = {
    "=": _equal,
    "!=": _comparing(lambda a, b: a != b),
    "<": _comparing(lambda a, b: a < b),
    "<=": _comparing(lambda a, b: a <= b),
    ">": _comparing(lambda a, b: a > b),
    ">=": _comparing(lambda a, b: a >= b),
}


def parts(order_by: str) -> list[str]:
    """Return the fields of an order, each with its direction."""
    # A comma within back quotes belongs to a key, and no key has a line break.
    pieces = enumerate(order_by.split("`"))
    lines = "`".join(piece if quoted % 2 else piece.replace(",", "\n") for quoted, piece in pieces)
    return [part.strip() for part in lines.split("\n") if part.strip()]


def as_rank(position: Any) -> Any:
    """Return a rank as it was before it was JSON, where tuples become lists."""
    return tuple(map(as_rank, position)) if isinstance(position, list) else position


def ordering(text: str, builder: "Builder | None" = None) -> tuple[Any, bool]:
    """Return the field that `field [ASC|DESC]` names, and whether it descends. Raises InvalidRequestError."""
    words = text.rsplit(maxsplit=1)
    direction = words[1].upper() if len(words) == 2 and words[1].upper() in ("ASC", "DESC") else ""
    name = words[0] if direction else text.strip()
    namespace, _, key = name.partition(".")
    quoted = key.startswith("`") and key.endswith("`")
    plain = key[1:-1] if quoted else key
    if (
        namespace not in _ORDERABLE
        or not plain
        or "`" in plain
        or (any(map(str.isspace, key)) and not quoted)
    ):
        raise InvalidRequestError(f"order_by: {text!r} is not a field with ASC or DESC behind it")
    named = [Token("NAMESPACE", namespace), Token("NAME", key)]
    return (builder or Builder()).field(named), direction == "DESC"


def rank(values: Sequence[Value], descending: bool) -> tuple[Any, ...]:
    """Return what to sort by, from the values that something has: numbers, then texts, then nothing."""
    if not values:
        return (2,)
    value = values[0]
    try:
        number = float(value)
    except ValueError:
        return (1, (*(-ord(c) for c in str(value)), 1) if descending else str(value))
    return (2,) if math.isnan(number) else (0, -number if descending else number)


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        deepest = max(deepest, depth)
    return max(deepest, text.upper().count("NOT"))


def pointed(text: str, error: UnexpectedInput) -> str:
    """Say where a filter is not understood."""
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    at = len(text) if ended or error.pos_in_stream is None else error.pos_in_stream
    near = repr(text[at : at + 20]) if at < len(text) else "its end"
    return f"filter: not understood at position {at + 1}, near {near}"
