"""Where a filter or an order is not understood, in words: positions count from 1."""

from collections.abc import Collection

from lark import Token, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from functions.core.errors import InvalidRequestError
from functions.core.runs.fields import NAMESPACES

_EXPECTED = {
    "NAMESPACE": f"a field, which begins with {'., '.join(sorted(NAMESPACES))}.",
    "NAME": "a key, which stands in back quotes if it has other characters than letters, digits and _ . / -",
    "COMPARATOR": "=, !=, <, <=, >, >=, LIKE, ILIKE, IN or IS NULL",
    "SIGNED_NUMBER": "a number, or a text in quotes",
    "STRING": "a text in quotes",
    "_AND": "AND, OR, a comma, a closing parenthesis or the end",
    "_NULL": "NULL",
    "LPAR": "an opening parenthesis",
    "RPAR": "a closing parenthesis, AND or OR",
    "COMMA": "a comma or a closing parenthesis",
    "$END": "the end",
}
"""What may stand somewhere, by one of the terminals that the parser names; the first one counts."""


def pointed(text: str, error: UnexpectedInput) -> str:
    """Say where a filter is not understood, and what would be."""
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    at = len(text) if ended or error.pos_in_stream is None else error.pos_in_stream
    near = repr(text[at : at + 20]) if at < len(text) else "its end"
    terminals = (
        getattr(error, "allowed" if isinstance(error, UnexpectedCharacters) else "expected", None) or ()
    )
    wanted = next((f"; expected {words}" for found, words in _EXPECTED.items() if found in terminals), "")
    return f"filter: not understood at position {at + 1}, near {near}{wanted}"


def place_of(found: object) -> str:
    """Return where something stands that is understood and means nothing; orders have no positions."""
    at = found.start_pos if isinstance(found, Token) else None
    return "order_by" if at is None else f"filter: at position {at + 1}"


def check_choice(key: str, word: Token, choices: Collection[str]) -> None:
    """Raise InvalidRequestError for a word that an attribute never is."""
    if word not in choices:
        raise InvalidRequestError(
            f"{place_of(word)}: attributes.{key} is {', '.join(sorted(choices))}, never {str(word)!r:.80}"
        )


def check_known(namespace: Token, key: str, known: Collection[str]) -> None:
    """Raise InvalidRequestError for a key that a namespace does not have."""
    if key not in known:
        raise InvalidRequestError(
            f"{place_of(namespace)}: {namespace} has {', '.join(sorted(known))}, not {key!r:.80}"
        )
