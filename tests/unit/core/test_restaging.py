"""Stages by hand: free where no rule asks anything, refused where one does."""

import pytest

from functions.core.errors import ApprovalRequiredError, IllegalTransitionError
from functions.core.models.curating import Curating
from functions.core.models.restaging import UNRULED
from lineal_contract.policies import Policy, Stage, StagePolicy
from lineal_contract.registry import SetAlias
from tests import builders
from tests.builders import MODEL, PROJECT
from tests.unit.core.town import Town

FREE = Policy(name="free", stages={})


def town(policy: Policy) -> Town:
    made = Town(policy)
    for mae in (2.0, 1.0):
        made.version(mae)
    return made


def moved(at: Town, which: str, stage: Stage, *, alone: bool = False) -> Stage:
    return at.curating.move(PROJECT, MODEL, which, stage, alone=alone, cause=builders.cause(at=at.now)).stage


def stages(at: Town) -> dict[int, Stage]:
    return {v.version: v.stage for v in at.registry.list_versions(PROJECT, MODEL, 9, None).items}


def test_free_stages_are_entered_and_left_and_recorded() -> None:
    at = town(FREE)
    assert moved(at, "1", Stage.STAGING) is Stage.STAGING
    assert moved(at, "2", Stage.STAGING) is Stage.STAGING
    assert moved(at, "2", Stage.STAGING, alone=True) is Stage.STAGING
    assert stages(at) == {1: Stage.ARCHIVED, 2: Stage.STAGING}
    assert moved(at, "1", Stage.DEVELOPMENT) is Stage.DEVELOPMENT
    actions = [record.action for record in at.models.audit(PROJECT, MODEL, 0, 99)]
    assert actions.count("version.stage_changed") == 4


def test_there_is_one_version_in_production() -> None:
    at = town(FREE)
    moved(at, "1", Stage.PRODUCTION)
    moved(at, "2", Stage.PRODUCTION)
    assert stages(at) == {1: Stage.ARCHIVED, 2: Stage.PRODUCTION}
    assert at.registry.model(PROJECT, MODEL).production_version == 2
    moved(at, "2", Stage.ARCHIVED)
    assert at.registry.model(PROJECT, MODEL).production_version is None


@pytest.mark.parametrize("asked", [StagePolicy(approvals=1), StagePolicy(alias="live")])
def test_a_governed_stage_is_neither_entered_nor_left(asked: StagePolicy) -> None:
    at = town(FREE)
    moved(at, "1", Stage.PRODUCTION)
    at.policies.put(PROJECT, Policy(name="strict", stages={Stage.PRODUCTION: asked}))
    with pytest.raises(ApprovalRequiredError, match=f"lineal promote {MODEL}@2 --to production"):
        moved(at, "2", Stage.PRODUCTION)
    with pytest.raises(ApprovalRequiredError):
        moved(at, "1", Stage.ARCHIVED)
    assert moved(at, "2", Stage.STAGING) is Stage.STAGING


def test_without_rules_of_its_own_a_project_asks_for_people_before_production_alone() -> None:
    at = town(UNRULED)
    by_hand = Curating(at.models, at.policies, builders.patient(), UNRULED)
    cause = builders.cause(at=at.now)
    pointed = by_hand.set_alias(PROJECT, MODEL, "champion", SetAlias(version="1"), cause)
    assert pointed.aliases == ("champion",)
    assert moved(at, "1", Stage.STAGING) is Stage.STAGING
    with pytest.raises(ApprovalRequiredError):
        moved(at, "1", Stage.PRODUCTION)


def test_a_graph_of_one_s_own_is_followed_by_hand() -> None:
    at = town(Policy(name="own", moves={"development": ("qa",), "qa": (Stage.PRODUCTION,)}, stages={}))
    with pytest.raises(IllegalTransitionError) as refused:
        moved(at, "1", Stage.PRODUCTION)
    assert refused.value.legal == ("qa", "archived")
    at.curating.move(PROJECT, MODEL, "1", "qa", alone=False, cause=builders.cause(at=at.now))
    assert moved(at, "1", Stage.PRODUCTION) is Stage.PRODUCTION
