"""Params and tags as the project takes them; what it does not take is a problem of the report."""

from collections.abc import Callable, Iterator, Mapping

from lineal.importing.identities import is_key

Tell = Callable[[str], None]
_MAX_TAG, _MAX_PARAM = 8_000, 6_000


def tags(given: Mapping[str, str], tell: Tell) -> dict[str, str]:
    """Return tags whose keys fit, with values of 8,000 characters at most."""
    return _fitting("tag", given, _MAX_TAG, tell)


def params(given: Mapping[str, str], tell: Tell) -> dict[str, str]:
    """Return params whose keys fit, with values of 6,000 characters at most."""
    return _fitting("param", given, _MAX_PARAM, tell)


def cut(given: Mapping[str, str], size: int) -> Iterator[dict[str, str]]:
    """Yield the pairs in portions; at least one, which may be empty."""
    pairs = list(given.items())
    for start in range(0, max(len(pairs), 1), size):
        yield dict(pairs[start : start + size])


def _fitting(kind: str, given: Mapping[str, str], room: int, tell: Tell) -> dict[str, str]:
    taken = {}
    for key, value in given.items():
        if not is_key(key):
            tell(f"the {kind} {key[:100]!r} is left out: its key has characters that none may have")
            continue
        if len(value) > room:
            tell(f"the {kind} {key!r} is shortened from {len(value)} to {room} characters")
        taken[key] = value[:room]
    return taken
