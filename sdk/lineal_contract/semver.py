"""Semantic versions of models (semver.org 2.0, without build metadata): reading, ordering, the next one."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

_NUMBER = r"(?:0|[1-9][0-9]{0,8})"
_LABEL = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
PATTERN = rf"^{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_LABEL}(?:\.{_LABEL})*)?$"
"""`MAJOR.MINOR.PATCH`, and a pre-release behind a hyphen; no leading zeros."""
_READ = re.compile(PATTERN)


class Bump(StrEnum):
    """Which part grows; `auto` finds out from what has changed since the highest version."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"
    AUTO = "auto"


@dataclass(frozen=True, order=True)
class _Rank:
    """Numbers come before words, and any pre-release before the release (semver.org, section 11)."""

    core: tuple[int, int, int]
    released: bool
    labels: tuple[tuple[int, int, str], ...]


def is_semver(text: str) -> bool:
    """Say whether a text is a semantic version as lineal takes it."""
    return len(text) <= 64 and _READ.fullmatch(text) is not None


def _checked(text: str) -> str:
    if not is_semver(text):
        raise ValueError(
            "a semantic version is MAJOR.MINOR.PATCH, as 1.2.0 or 1.2.0-rc.1, without leading zeros"
        )
    return text


SemVer = Annotated[str, StringConstraints(max_length=64), AfterValidator(_checked)]


def precedence(semver: str) -> _Rank:
    """Return a key that orders semantic versions. Raises ValueError for what is none."""
    core, _, pre = _checked(semver).partition("-")
    labels = tuple(
        (0, int(label), "") if label.isdecimal() else (1, 0, label) for label in pre.split(".") if pre
    )
    return _Rank(_core(core), not pre, labels)


def bumped(highest: str | None, bump: Bump) -> str:
    """Return the version after `highest`; a pre-release grows into its own release first.

    `bump` is not `auto`. The first version of all is 1.0.0, 0.1.0 or 0.0.1 by the part asked for.
    """
    core, _, pre = (highest or "0.0.0").partition("-")
    major, minor, patch = _core(core)
    match bump:
        case Bump.MAJOR:
            ahead = pre and minor == patch == 0
            return core if ahead else f"{major + 1}.0.0"
        case Bump.MINOR:
            ahead = pre and patch == 0
            return core if ahead else f"{major}.{minor + 1}.0"
        case _:
            return core if pre else f"{major}.{minor}.{patch + 1}"


def _core(text: str) -> tuple[int, int, int]:
    major, minor, patch = map(int, text.split("."))
    return major, minor, patch
