"""The stage graph: which moves there are, and the way from one stage to another.

    development → staging → production → archived

A promotion walks this way step by step; each step asks what its stage's policy asks. A version goes back
to production by a rollback alone, and leaves it only when another takes its place.
"""

from itertools import pairwise

from functions.core.errors import IllegalTransitionError
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.policies import Stage
from lineal_contract.registry import ModelVersion

_FORWARD = (Stage.DEVELOPMENT, Stage.STAGING, Stage.PRODUCTION)


def steps(current: Stage, target: Stage) -> tuple[Stage, ...]:
    """Return the stages entered on the way from `current` to `target`, the last one included.

    Raises IllegalTransitionError, with the legal targets, where there is no way.
    """
    if target in targets(current):
        return _FORWARD[_FORWARD.index(current) + 1 : _FORWARD.index(target) + 1]
    legal = tuple(targets(current))
    ways = ", ".join(legal) if legal else "nowhere by promotion"
    raise IllegalTransitionError(
        f"a version in {current} cannot be promoted to {target}; from there it can go to: {ways}", legal=legal
    )


def targets(current: Stage) -> tuple[Stage, ...]:
    """Return the stages that a version in `current` can be promoted to."""
    if current not in _FORWARD:
        return ()
    return _FORWARD[_FORWARD.index(current) + 1 :]


def barred(version: ModelVersion) -> str | None:
    """Return why a version cannot be promoted any more, whatever its stage, or None while it can."""
    if version.status is VersionStatus.ACTIVE:
        return None
    instead = f"; version {version.successor} takes its place" if version.successor else ""
    return f"version {version.version} is {version.status}: {version.status_reason}{instead}"


def transitions(current: Stage, entered: tuple[Stage, ...]) -> list[tuple[Stage, Stage]]:
    """Return the (from, to) pairs of a way."""
    return list(pairwise((current, *entered)))
