"""The stage graph: which moves a project's policy has, and the way from one stage to another.

    development → staging → production, where a policy declares no moves of its own

A promotion walks such a way step by step; each step asks what its stage's policy asks. A stage that asks
people is not walked through: it has to be asked for. A version goes back to production by a rollback, and
leaves it only when another takes its place.
"""

from itertools import pairwise

from functions.core.errors import IllegalTransitionError
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.policies import Policy, StagePolicy
from lineal_contract.registry import ModelVersion
from lineal_contract.stages import Stage, StageName, stages_of

NO_RULES = StagePolicy()
"""What a stage asks that a policy says nothing of."""


def asked(policy: Policy, stage: StageName) -> StagePolicy:
    """Return what it takes to enter a stage."""
    return policy.stages.get(stage, NO_RULES)


def steps(policy: Policy, current: StageName, target: StageName) -> tuple[StageName, ...]:
    """Return the stages entered on the shortest way from `current` to `target`, the last one included.

    Raises IllegalTransitionError, with the legal targets, where there is no way.
    """
    found = _ways(policy, current)
    if target in found:
        return found[target]
    raise _illegal(f"a version in {current} cannot be promoted to {target}", tuple(found))


def whole_way(policy: Policy, target: StageName) -> tuple[StageName, ...] | None:
    """Return the stages from development to `target`, people asked on the way or not; None without a way."""
    return _ways(policy, Stage.DEVELOPMENT, past_people=True).get(target)


def check_by_hand(policy: Policy, current: StageName, target: StageName) -> None:
    """Raise IllegalTransitionError for a move without a promotion that is not in a project's own graph."""
    if policy.moves is None and target in stages_of(policy.graph()):
        return
    legal = (*_moves(policy, current), Stage.ARCHIVED)
    if target not in legal:
        raise _illegal(f"a version in {current} cannot be moved to {target}", legal)


def targets(policy: Policy, current: StageName) -> tuple[StageName, ...]:
    """Return the stages that a version in `current` can be promoted to."""
    return tuple(_ways(policy, current))


def barred(version: ModelVersion) -> str | None:
    """Return why a version cannot be promoted any more, whatever its stage, or None while it can."""
    if version.status is VersionStatus.ACTIVE:
        return None
    instead = f"; version {version.successor} takes its place" if version.successor else ""
    return f"version {version.version} is {version.status}: {version.status_reason}{instead}"


def transitions(current: StageName, entered: tuple[StageName, ...]) -> list[tuple[StageName, StageName]]:
    """Return the (from, to) pairs of a way."""
    return list(pairwise((current, *entered)))


def _illegal(what: str, legal: tuple[StageName, ...]) -> IllegalTransitionError:
    ways = ", ".join(legal) if legal else "nowhere by promotion"
    return IllegalTransitionError(
        f"{what}; from there it can go to: {ways}", legal=tuple(str(stage) for stage in legal)
    )


def _moves(policy: Policy, stage: StageName) -> tuple[StageName, ...]:
    """The moves from a stage. One that the rules no longer have is left as development is."""
    moves = policy.graph()
    return moves.get(stage if stage in stages_of(moves) else Stage.DEVELOPMENT, ())


def _ways(
    policy: Policy, current: StageName, *, past_people: bool = False
) -> dict[StageName, tuple[StageName, ...]]:
    """The shortest way to each stage, nearest first; of two as short, the one declared first."""
    found: dict[StageName, tuple[StageName, ...]] = {}
    waiting: list[tuple[StageName, tuple[StageName, ...]]] = [(current, ())]
    while waiting:
        stage, way = waiting.pop(0)
        new = [to for to in _moves(policy, stage) if to != current and to not in found]
        found |= {to: (*way, to) for to in new}
        waiting += [(to, found[to]) for to in new if past_people or _walked(policy, to)]
    return found


def _walked(policy: Policy, stage: StageName) -> bool:
    """Say whether a promotion goes on from a stage by itself: not past people, and not by starting over."""
    return stage != Stage.DEVELOPMENT and not asked(policy, stage).approvals
