"""Searching runs: one grammar for filters, three-valued like SQL, and an order by any field.

    metrics.mae < 45 AND params.model = 'ridge' AND NOT tags.owner LIKE 'test%'
    attributes.status IN ('finished', 'failed') OR datasets.name IS NOT NULL

A condition on something a run does not have is neither true nor false, and such a run is not found; ask
with IS NULL. Texts that read as numbers compare with numbers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

from lark import Lark, Token, Transformer, UnexpectedInput
from lark.exceptions import VisitError

from functions.core.errors import InvalidRequestError
from functions.core.ports.glances import Glance
from functions.core.runs.conditions import (
    ALWAYS,
    All,
    Among,
    Compared,
    Condition,
    Not,
    Present,
    Readable,
    either,
)
from functions.core.runs.fields import ATTRIBUTES, CHOICES, DATASETS, NAMESPACES, Field
from functions.core.runs.pointing import check_choice, check_known, place_of, pointed
from functions.core.runs.times import in_time
from functions.core.runs.values import Rank, Value, rank

MAX_DEPTH = 50
_GRAMMAR = Path(__file__).with_name("filters.lark")


@dataclass(frozen=True)
class Ordering:
    """A field that something is put in order by."""

    field: Readable
    descending: bool

    def rank(self, record: Any) -> Rank:
        """Return what a record ranks by."""
        return rank(self.field.values(record), self.descending)


def condition(text: str, builder: "Builder | None" = None) -> Condition:
    """Return the condition that a filter states; an empty one holds for every run.

    A `builder` of another vocabulary reads it for other things than runs.

    Raises InvalidRequestError that points at the position.
    """
    if not text.strip():
        return ALWAYS
    if _depth(text) > MAX_DEPTH:
        raise InvalidRequestError(f"filter: parentheses are nested more than {MAX_DEPTH} deep")
    try:
        parsed: Condition = _parser(builder).parse(text)  # type: ignore[assignment]
    except UnexpectedInput as error:
        raise InvalidRequestError(pointed(text, error)) from error
    except VisitError as error:
        raise error.orig_exc from error
    return parsed


def order(texts: Iterable[str]) -> Callable[[Glance], Rank]:
    """Return the key that sorts runs by `field [ASC|DESC]` each; what is missing comes last.

    Ties, and an empty order, are by run id, newest first. Raises InvalidRequestError.
    """
    return position([ordering(text) for text in texts])


def position(orderings: Iterable[Ordering]) -> Callable[[Glance], Rank]:
    """Return what says where a run is in an order; no two are at one position."""
    parts = tuple(orderings)
    return lambda run: (*(part.rank(run) for part in parts), newest_first(run.run_id))


def newest_first(run_id: str) -> int:
    """Return what runs are put in order by at the last: their ids sort by time."""
    return -int(run_id, 16)


class Builder(Transformer[Token, Any]):
    """Turns what was parsed into a condition, from the leaves up."""

    def field(self, children: list[Token]) -> Readable:
        namespace, key = children[0], key_of(children[1])
        known = {"attributes": ATTRIBUTES.keys(), "datasets": DATASETS}.get(str(namespace))
        if known is not None:
            check_known(namespace, key, known)
        return Field(str(namespace), key)

    def number(self, children: list[Token]) -> float:
        return float(children[0])

    def text(self, children: list[Token]) -> str:
        return children[0].update(value=str(children[0])[1:-1])  # it keeps its position

    def compared(self, children: list[Any]) -> Condition:
        field, comparator, value = children
        return Compared(field, str(comparator), self.meant(field, value))

    def meant(self, field: Readable, value: Any) -> Value:
        """Return what a field is to be compared with. Raises InvalidRequestError if it never has such."""
        if field.namespace == "attributes" and field.key in CHOICES and isinstance(value, Token):
            check_choice(field.key, value, CHOICES[field.key])
        return in_time(field, value)

    def liked(self, children: list[Any]) -> Condition:
        field, operator, pattern = children
        if field.namespace == "metrics":
            raise InvalidRequestError(f"{place_of(operator)}: metrics are numbers, which {operator} no text")
        return Compared(field, str(operator).upper(), str(pattern)[1:-1])

    def not_liked(self, children: list[Any]) -> Condition:
        return Not(self.liked(children))

    def among(self, children: list[Any]) -> Condition:
        field, *values = children
        return Among(field, tuple(self.meant(field, value) for value in values))

    def not_among(self, children: list[Any]) -> Condition:
        return Not(self.among(children))

    def absent(self, children: list[Readable]) -> Condition:
        return Not(Present(children[0]))

    def present(self, children: list[Readable]) -> Condition:
        return Present(children[0])

    def negated(self, children: list[Condition]) -> Condition:
        return Not(children[0])

    def conjunction(self, children: list[Condition]) -> Condition:
        return All(tuple(children))

    def disjunction(self, children: list[Condition]) -> Condition:
        return either(*children)


def key_of(token: Token) -> str:
    """Return a key without its quotes, in the form in which keys are recorded: Unicode's composed one."""
    return normalize("NFC", str(token).strip("`"))


@lru_cache(maxsize=3)
def _parser(builder: "Builder | None" = None) -> Lark:
    return Lark(_GRAMMAR.read_text(), parser="lalr", transformer=builder or Builder())


def parts(order_by: str) -> list[str]:
    """Return the fields of an order, each with its direction."""
    # A comma within back quotes belongs to a key, and no key has a line break.
    pieces = enumerate(order_by.split("`"))
    lines = "`".join(piece if quoted % 2 else piece.replace(",", "\n") for quoted, piece in pieces)
    return [part.strip() for part in lines.split("\n") if part.strip()]


def ordering(text: str, builder: "Builder | None" = None) -> Ordering:
    """Return the order that `field [ASC|DESC]` states. Raises InvalidRequestError."""
    words = text.rsplit(maxsplit=1)
    direction = words[1].upper() if len(words) == 2 and words[1].upper() in ("ASC", "DESC") else ""
    name = words[0] if direction else text.strip()
    namespace, _, key = name.partition(".")
    quoted = key.startswith("`") and key.endswith("`")
    plain = key[1:-1] if quoted else key
    is_name = plain and "`" not in plain and (quoted or not any(map(str.isspace, key)))
    if namespace not in NAMESPACES or not is_name:
        raise InvalidRequestError(f"order_by: {text!r} is not a field with ASC or DESC behind it")
    named = [Token("NAMESPACE", namespace), Token("NAME", key)]
    return Ordering((builder or Builder()).field(named), direction == "DESC")


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        deepest = max(deepest, depth)
    return max(deepest, text.upper().count("NOT"))
