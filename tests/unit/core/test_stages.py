"""Which moves the stage graph has."""

import pytest

from functions.core.errors import IllegalTransitionError
from functions.core.models import stages
from lineal_contract.policies import Stage

DEVELOPMENT, STAGING, PRODUCTION, ARCHIVED = Stage

WAYS = {
    (DEVELOPMENT, STAGING): (STAGING,),
    (DEVELOPMENT, PRODUCTION): (STAGING, PRODUCTION),
    (STAGING, PRODUCTION): (PRODUCTION,),
}
PAIRS = [(current, target) for current in Stage for target in Stage]


@pytest.mark.parametrize(("current", "target"), [p for p in PAIRS if p in WAYS])
def test_a_promotion_enters_every_stage_on_its_way(current: Stage, target: Stage) -> None:
    assert stages.steps(current, target) == WAYS[current, target]


@pytest.mark.parametrize(("current", "target"), [p for p in PAIRS if p not in WAYS])
def test_any_other_move_is_refused_and_the_legal_ones_are_listed(current: Stage, target: Stage) -> None:
    with pytest.raises(IllegalTransitionError) as refused:
        stages.steps(current, target)
    assert refused.value.legal == tuple(to for came_from, to in WAYS if came_from is current)
    assert current in refused.value.detail
    assert target in refused.value.detail


@pytest.mark.parametrize("current", Stage)
def test_the_targets_of_a_stage_are_what_it_can_be_promoted_to(current: Stage) -> None:
    assert stages.targets(current) == tuple(to for came_from, to in WAYS if came_from is current)


def test_a_way_is_told_as_pairs() -> None:
    pairs = stages.transitions(DEVELOPMENT, (STAGING, PRODUCTION))
    assert pairs == [(DEVELOPMENT, STAGING), (STAGING, PRODUCTION)]
    assert stages.transitions(STAGING, ()) == []
