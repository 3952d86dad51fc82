"""A project with stages of its own: the way of a version, and what follows when the graph changes."""

import pytest

from functions.core.errors import IllegalTransitionError
from functions.mlflow.version_view import newest, shown
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.policies import Policy, StagePolicy
from lineal_contract.stages import Stage, StageName
from tests.builders import MODEL, PROJECT
from tests.unit.core.town import Town

OWN = Policy(
    name="own",
    moves={
        Stage.DEVELOPMENT: ("qa",),
        "qa": ("canary", Stage.DEVELOPMENT),
        "canary": (Stage.PRODUCTION,),
    },
    stages={
        "canary": StagePolicy(approvals=1),
        Stage.PRODUCTION: StagePolicy(approvals=1, alias="champion"),
    },
)


@pytest.fixture
def town() -> Town:
    return Town(OWN)


def stage(town: Town, number: int) -> StageName:
    return town.models.version(PROJECT, MODEL, number).stage


def promote(town: Town, number: int, to: StageName) -> None:
    approval_id = town.ask(number, to).approval_id
    if town.evaluate(approval_id).outcome == "ask":
        town.decide(approval_id)
    assert town.apply(approval_id).outcome == "applied"


def test_a_version_goes_the_project_s_own_way_to_production(town: Town) -> None:
    number = town.version(50.0).version
    with pytest.raises(IllegalTransitionError) as refused:
        town.ask(number, Stage.PRODUCTION)
    assert refused.value.legal == ("qa", "canary")
    approval_id = town.ask(number, "canary").approval_id
    town.evaluate(approval_id)
    assert stage(town, number) == "qa"
    town.decide(approval_id)
    assert town.apply(approval_id).outcome == "applied"
    promote(town, number, Stage.PRODUCTION)
    assert (town.head.production_version, town.head.aliases) == (number, {"champion": number})


def test_a_version_goes_back_where_the_graph_says_so(town: Town) -> None:
    number = town.version(50.0).version
    for to in ("qa", "development", "qa"):
        promote(town, number, to)
        assert stage(town, number) == to


def test_a_request_for_a_stage_that_is_taken_away_is_withdrawn(town: Town) -> None:
    number = town.version(50.0).version
    asked, waiting = town.ask(number, "qa").approval_id, town.ask(number, "canary").approval_id
    town.evaluate(waiting)
    town.decide(waiting)
    town.policies.put(PROJECT, Policy(name="short", stages={}))
    assert town.evaluate(asked).approval.status is ApprovalStatus.WITHDRAWN
    closed = town.apply(waiting).approval
    assert closed.status is ApprovalStatus.WITHDRAWN
    assert closed.refusal == "the version is in qa now, from where no way leads to canary"


def test_a_version_in_a_stage_that_is_taken_away_goes_on_as_from_development(town: Town) -> None:
    number = town.version(50.0).version
    promote(town, number, "qa")
    town.policies.put(PROJECT, Policy(name="short", stages={}))
    promote(town, number, Stage.STAGING)
    assert stage(town, number) == Stage.STAGING


def test_to_mlflow_a_stage_of_one_s_own_is_between_none_and_production(town: Town) -> None:
    for mae in (50.0, 49.0, 48.0):
        number = town.version(mae).version
    promote(town, 1, "canary")
    promote(town, 2, "qa")
    assert [shown(v).current_stage for v in town.versions()] == ["None", "Staging", "Staging"]
    assert [v.version for v in newest(town.versions())] == [number, 2]
