"""Stages, and the graph of legal moves between them, which a project's policy may declare.

Three stages mean something to lineal, and every graph has them: a version begins in `development`, what is
in `production` is served, and what has left is `archived`. The others are the project's own.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, GetPydanticSchema, StringConstraints

MAX_STAGES = 20


class Stage(StrEnum):
    """The lifecycle environment of a version; kept apart from its approval status."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"
    ARCHIVED = "archived"


_RESERVED = frozenset({"latest", "none"})
"""`latest` names versions, and `None` is what MLflow calls development."""


def _known(name: str) -> Stage | str:
    if name in _RESERVED:
        raise ValueError(f"{name!r} is no name of a stage: it means something else")
    return Stage(name) if name in _BUILTIN else name


_BUILTIN = frozenset(stage.value for stage in Stage)
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$"), AfterValidator(_known)]

StageName = Annotated[Stage | str, GetPydanticSchema(lambda _, handler: handler.generate_schema(_Name))]
"""The name of a stage, a project's own or a member of `Stage`, which compares equal to its name."""

Moves = Mapping[Stage | str, tuple[Stage | str, ...]]
"""Where a version may go from each stage, in the order of preference."""

DEFAULT_MOVES: Moves = MappingProxyType(
    {Stage.DEVELOPMENT: (Stage.STAGING,), Stage.STAGING: (Stage.PRODUCTION,)}
)
"""development → staging → production"""


def stages_of(moves: Moves) -> tuple[Stage | str, ...]:
    """Return the stages of a graph: as versions may come to them, and `archived`, where all end."""
    found = dict.fromkeys([Stage.DEVELOPMENT, *_reached(moves)])
    return (*(stage for stage in found if stage != Stage.ARCHIVED), Stage.ARCHIVED)


def check_moves(moves: Moves) -> None:
    """Raise ValueError, naming the stage, for a graph that strands versions or has no way to production."""
    for stage, targets in moves.items():
        _check_targets(stage, targets)
    reached = {Stage.DEVELOPMENT, Stage.ARCHIVED, *_reached(moves)}
    if Stage.PRODUCTION not in reached:
        raise ValueError("moves: no way leads from development to production, and only that is deployed")
    if lost := [stage for stage in _named(moves) if stage not in reached]:
        raise ValueError(f"moves: no way leads from development to {', '.join(lost)}")
    if len(reached) > MAX_STAGES:
        raise ValueError(f"moves: a project has at most {MAX_STAGES} stages")


def _check_targets(stage: str, targets: tuple[Stage | str, ...]) -> None:
    if stage == Stage.PRODUCTION and targets:
        raise ValueError(
            "moves.production: a version leaves production when another takes its place, or by a rollback"
        )
    if Stage.ARCHIVED in targets:
        raise ValueError(f"moves.{stage}: every stage is left for archived by `lineal versions archive`")
    if stage in targets:
        raise ValueError(f"moves.{stage}: a version in {stage} is there already")
    if len(set(targets)) < len(targets):
        raise ValueError(f"moves.{stage}: a stage is named twice")


def _named(moves: Moves) -> Iterable[Stage | str]:
    return dict.fromkeys([*moves, *(target for targets in moves.values() for target in targets)])


def _reached(moves: Moves) -> tuple[Stage | str, ...]:
    """The stages that a version can come to: from development, or back from the archive."""
    waiting: list[Stage | str] = [Stage.DEVELOPMENT, Stage.ARCHIVED]
    found: dict[Stage | str, None] = {}
    while waiting:
        new = [target for target in moves.get(waiting.pop(0), ()) if target not in found]
        found |= dict.fromkeys(new)
        waiting += new
    return tuple(found)
