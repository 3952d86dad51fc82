"""How people and programs name a version: one parser for every surface.

    diabetes@3   diabetes@v3          by number
    diabetes@1.2.0                    by semantic version
    diabetes@champion                 by alias
    diabetes@latest                   the newest version
    diabetes@production               the version in production
    diabetes@8a5edab                  by Git commit, 7 digits at least
    models:/diabetes/3   models:/diabetes@champion   models:/diabetes/Production   as MLflow writes them

What stands behind the `@` is a selector. Kinds never overlap: what reads as another kind is no alias.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, StringConstraints, TypeAdapter, ValidationError

from lineal_contract.base import ModelName
from lineal_contract.semver import is_semver

LATEST = "latest"
IN_PRODUCTION = "production"
_STAGES = frozenset({"development", "staging", "production", "archived"})
_NUMBER = re.compile(r"v?([1-9][0-9]{0,5})")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_ALIAS = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_MODEL: TypeAdapter[str] = TypeAdapter(ModelName)
_SCHEME = "models:/"
_FORMS = "a number, v<number>, MAJOR.MINOR.PATCH, an alias, `latest`, `production` or a Git commit"


class Kind(StrEnum):
    """What a selector is."""

    NUMBER = "number"
    SEMVER = "semver"
    ALIAS = "alias"
    LATEST = "latest"
    PRODUCTION = "production"
    COMMIT = "commit"


@dataclass(frozen=True)
class Selector:
    """One version of a model, by any of its names; a number is plain, without `v`."""

    kind: Kind
    value: str

    @property
    def number(self) -> int | None:
        """The version number, where it is one."""
        return int(self.value) if self.kind is Kind.NUMBER else None

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Reference:
    """A model, and which of its versions."""

    model: str
    selector: Selector

    def __str__(self) -> str:
        return f"{self.model}@{self.selector}"


def selector(text: str) -> Selector:
    """Read a selector. Raises ValueError, naming the forms there are."""
    if found := _NUMBER.fullmatch(text):
        return Selector(Kind.NUMBER, found[1])
    if text == LATEST:
        return Selector(Kind.LATEST, text)
    if text == IN_PRODUCTION:
        return Selector(Kind.PRODUCTION, text)
    if is_semver(text):
        return Selector(Kind.SEMVER, text)
    if _COMMIT.fullmatch(text):
        return Selector(Kind.COMMIT, text)
    if is_alias(text):
        return Selector(Kind.ALIAS, text)
    raise ValueError(f"a version is named by {_FORMS}")


def is_alias(text: str) -> bool:
    """Say whether a name is free to be an alias: it reads as nothing else that names versions."""
    reads_as_number = text.removeprefix("v").isdigit()
    taken = text == LATEST or text in _STAGES or reads_as_number or _COMMIT.fullmatch(text)
    return _ALIAS.fullmatch(text) is not None and not taken


def reference(text: str) -> Reference:
    """Read `MODEL@SELECTOR` or a `models:/` URI. Raises ValueError."""
    rest = text.removeprefix(_SCHEME)
    separator = "/" if rest != text and "@" not in rest else "@"
    name, found, version = rest.partition(separator)
    if not found:
        raise ValueError(f"a version is named as MODEL@VERSION, where VERSION is {_FORMS}")
    try:
        model = _MODEL.validate_python(name)
    except ValidationError as error:
        raise ValueError(f"{name!r} is no name of a model") from error
    return Reference(model, selector(version.lower() if separator == "/" else version))


def _a_selector(text: str) -> str:
    selector(text)
    return text


VersionSelector = Annotated[
    str,
    StringConstraints(max_length=64, pattern=r"^[0-9a-z][0-9A-Za-z._-]*$"),
    AfterValidator(_a_selector),
]
"""A selector on the wire: number, semantic version, alias, `latest`, `production` or commit."""


def _an_alias(text: str) -> str:
    if not is_alias(text):
        raise ValueError("`latest`, stages, version numbers and what reads as a commit are reserved")
    return text


AliasName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$"), AfterValidator(_an_alias)]
"""A movable pointer's name; what names versions in another way is reserved."""
