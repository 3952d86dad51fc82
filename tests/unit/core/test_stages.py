"""Which moves the stage graph has: the built-in one, and those that projects declare."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.core.errors import IllegalTransitionError
from functions.core.models import stages
from lineal_contract.policies import Policy, StagePolicy
from lineal_contract.stages import MAX_STAGES, Stage, StageName, stages_of

DEVELOPMENT, STAGING, PRODUCTION, ARCHIVED = Stage
BUILTIN = Policy(name="p", stages={})
OWN = Policy(
    name="own",
    moves={"development": ("qa", "hotfix"), "qa": ("canary", "development"), "canary": ("production",),
           "hotfix": ("production",), "archived": ("qa",)},
    stages={"canary": StagePolicy(approvals=1), "production": StagePolicy(approvals=2)},
)  # fmt: skip

WAYS = {
    (DEVELOPMENT, STAGING): (STAGING,),
    (DEVELOPMENT, PRODUCTION): (STAGING, PRODUCTION),
    (STAGING, PRODUCTION): (PRODUCTION,),
}
PAIRS = [(current, target) for current in Stage for target in Stage]


@pytest.mark.parametrize(("current", "target"), [p for p in PAIRS if p in WAYS])
def test_a_promotion_enters_every_stage_on_its_way(current: Stage, target: Stage) -> None:
    assert stages.steps(BUILTIN, current, target) == WAYS[current, target]


@pytest.mark.parametrize(("current", "target"), [p for p in PAIRS if p not in WAYS])
def test_any_other_move_is_refused_and_the_legal_ones_are_listed(current: Stage, target: Stage) -> None:
    with pytest.raises(IllegalTransitionError) as refused:
        stages.steps(BUILTIN, current, target)
    assert refused.value.legal == tuple(to for came_from, to in WAYS if came_from is current)
    assert current in refused.value.detail
    assert target in refused.value.detail


@pytest.mark.parametrize("current", Stage)
def test_the_targets_of_a_stage_are_what_it_can_be_promoted_to(current: Stage) -> None:
    assert stages.targets(BUILTIN, current) == tuple(to for came_from, to in WAYS if came_from is current)


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        ("development", {"qa": ("qa",), "hotfix": ("hotfix",), "canary": ("qa", "canary"),
                         "production": ("hotfix", "production")}),
        ("qa", {"canary": ("canary",), "development": ("development",)}),
        ("canary", {"production": ("production",)}),
        ("production", {}),
        ("archived", {"qa": ("qa",), "canary": ("qa", "canary"), "development": ("qa", "development")}),
    ],
)  # fmt: skip
def test_a_project_s_own_graph_is_walked_but_not_through_stages_that_ask_people(
    current: str, expected: Mapping[str, tuple[str, ...]]
) -> None:
    assert {to: stages.steps(OWN, current, to) for to in stages.targets(OWN, current)} == expected
    with pytest.raises(IllegalTransitionError):
        stages.steps(OWN, current, "staging")


def test_a_stage_that_asks_people_cannot_be_gone_around_by_asking_for_the_next() -> None:
    asks = Policy(name="p", stages={STAGING: StagePolicy(approvals=1)})
    with pytest.raises(IllegalTransitionError) as refused:
        stages.steps(asks, DEVELOPMENT, PRODUCTION)
    assert refused.value.legal == ("staging",)
    assert stages.whole_way(asks, PRODUCTION) == (STAGING, PRODUCTION)


def test_a_version_in_a_stage_that_is_no_more_goes_on_as_from_development() -> None:
    assert stages.targets(BUILTIN, "qa") == (STAGING, PRODUCTION)


def test_by_hand_a_graph_of_one_s_own_is_followed_step_by_step() -> None:
    stages.check_by_hand(OWN, "qa", "canary")
    stages.check_by_hand(OWN, "canary", ARCHIVED)
    stages.check_by_hand(BUILTIN, ARCHIVED, DEVELOPMENT)
    for policy, current, target in ((OWN, "development", "canary"), (BUILTIN, "development", "qa")):
        with pytest.raises(IllegalTransitionError):
            stages.check_by_hand(policy, current, target)


def test_a_way_is_told_as_pairs() -> None:
    pairs = stages.transitions(DEVELOPMENT, (STAGING, PRODUCTION))
    assert pairs == [(DEVELOPMENT, STAGING), (STAGING, PRODUCTION)]
    assert stages.transitions(STAGING, ()) == []


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ({"development": ["qa"]}, "no way leads from development to production"),
        ({"qa": ["production"]}, "no way leads from development to production"),
        ({}, "no way leads from development to production"),
        ({"development": ["production"], "qa": ["dev"]}, "no way leads from development to qa, dev"),
        ({"development": ["production"], "production": ["qa"]}, "leaves production when another"),
        ({"development": ["production", "archived"]}, "lineal versions archive"),
        ({"development": ["development", "production"]}, "is there already"),
        ({"development": ["production", "production"]}, "named twice"),
        ({"development": ["production", "latest"]}, "means something else"),
        ({"development": ["production", "none"]}, "means something else"),
        ({"development": ["production", "Q A"]}, "match pattern"),
        ({"development": ["production", *(f"s{n}" for n in range(MAX_STAGES - 2))]}, "at most 20 stages"),
    ],
)
def test_a_graph_that_strands_versions_is_refused_by_name(moves: dict[str, list[str]], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Policy.model_validate({"name": "p", "moves": moves, "stages": {}})


@pytest.mark.parametrize("fields", [{"stages": {"staging": {}}}, {"stages": {}, "aliases": {"a": "staging"}}])
def test_rules_for_a_stage_that_is_not_there_are_refused(fields: dict[str, object]) -> None:
    moves = {"moves": {"development": ["production"]}}
    with pytest.raises(ValidationError, match="no stage staging; there are development, prod"):
        Policy.model_validate({"name": "p"} | moves | fields)
    assert Policy.model_validate({"name": "p"} | fields)


def test_rules_without_moves_keep_the_digest_they_had_before_there_were_any() -> None:
    stored = '{"name":"p","stages":{"production":{"approvals":1}},"aliases":{},"commit":null}'
    policy = Policy.model_validate_json(stored)
    assert policy.digest() == "ecdcebcc7289c1ec3f9590eada0524c5aee5849bfbd9cdb85fbd0ee60d1c4fbc"
    declared = policy.model_copy(update={"moves": {DEVELOPMENT: (STAGING,), STAGING: (PRODUCTION,)}})
    assert declared.digest() != policy.digest()


NAMES: tuple[StageName, ...] = (DEVELOPMENT, PRODUCTION, ARCHIVED, "qa", "canary", "shadow")
GRAPHS = st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
ASKING = st.sets(st.sampled_from(NAMES))


@given(GRAPHS, ASKING)
def test_whatever_the_graph_ways_are_made_of_its_moves_and_pass_nobody_by(
    moves: dict[StageName, list[StageName]], asking: set[StageName]
) -> None:
    people = {name: {"approvals": 1} for name in asking}
    try:
        policy = Policy.model_validate({"name": "p", "moves": moves, "stages": people})
    except ValidationError:
        return
    for current in stages_of(policy.graph()):
        for target in stages.targets(policy, current):
            way = stages.steps(policy, current, target)
            assert way[-1] == target
            assert all(to in moves[came_from] for came_from, to in stages.transitions(current, way))
            assert not {*asking, DEVELOPMENT}.intersection(way[:-1])
            assert ARCHIVED not in way
