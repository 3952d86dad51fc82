"""Rules tried on a version and on the past come out as they would have, and change nothing."""

import pytest

from functions.core.errors import IllegalTransitionError, NotFoundError
from functions.core.policies.rehearsing import Rehearsing
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.policies import Policy, Stage, StagePolicy
from lineal_contract.rehearsals import Backtested, BacktestPolicy, CheckPolicy
from lineal_contract.rules import LineageComplete, MetricThreshold, Rule
from tests import builders
from tests.builders import MODEL, PROJECT
from tests.unit.core.town import Town


@pytest.fixture
def town() -> Town:
    return Town()


def rehearsing(town: Town) -> Rehearsing:
    return Rehearsing(town.models, town.candidates, lambda: town.now)


def asking(*rules: Rule, approvals: int = 1) -> Policy:
    stage = StagePolicy(rules=rules, approvals=approvals, alias="champion")
    return Policy(name="other", stages={Stage.PRODUCTION: stage})


def backtest(town: Town, policy: Policy) -> dict[int, Backtested]:
    asked = BacktestPolicy(policy=policy, page_size=100)
    return {b.version: b for b in rehearsing(town).backtest(PROJECT, asked).items}


def refused(town: Town, mae: float) -> None:
    approval_id = town.ask(town.version(mae).version).approval_id
    assert town.evaluate(approval_id).approval.status is ApprovalStatus.REFUSED


def test_a_version_is_judged_against_production_as_a_request_would_be(town: Town) -> None:
    town.promoted(50.0)
    for mae, passed in ((49.0, True), (50.0, False)):
        number = town.version(mae).version
        checked = rehearsing(town).check(
            PROJECT, CheckPolicy(policy=builders.POLICY, model=MODEL, version=number)
        )
        assert (checked.passed, checked.baseline_version, checked.approvals_needed) == (passed, 1, 1)
        approval_id = town.ask(number).approval_id
        assert town.evaluate(approval_id).approval.rule_results == checked.rule_results


def test_trying_rules_leaves_no_trace(town: Town) -> None:
    town.promoted(50.0)
    before = town.head
    asked = CheckPolicy(policy=asking(LineageComplete()), model=MODEL, version=town.version(40.0).version)
    head = town.head
    rehearsing(town).check(PROJECT, asked)
    backtest(town, asked.policy)
    assert (town.head, before.production_version) == (head, 1)
    assert town.policies.current(PROJECT) == builders.POLICY


def test_there_has_to_be_a_version_and_a_way(town: Town) -> None:
    town.promoted(50.0)
    with pytest.raises(NotFoundError):
        rehearsing(town).check(PROJECT, CheckPolicy(policy=builders.POLICY, model=MODEL, version=9))
    with pytest.raises(IllegalTransitionError):
        rehearsing(town).check(PROJECT, CheckPolicy(policy=builders.POLICY, model=MODEL, version=1))


def test_the_rules_in_force_would_have_decided_as_they_did(town: Town) -> None:
    town.promoted(50.0)
    town.promoted(40.0)
    refused(town, 45.0)
    again = backtest(town, builders.POLICY)
    assert {number: (b.passed_now, b.differs) for number, b in again.items()} == {
        1: (True, False), 2: (True, False), 3: (False, False),
    }  # fmt: skip


def test_other_rules_are_judged_against_the_production_version_of_then(town: Town) -> None:
    town.promoted(50.0)
    town.promoted(40.0)
    refused(town, 45.0)
    again = backtest(town, asking(MetricThreshold(metric="mae", at_most=45.0)))
    assert [again[number].differs for number in (1, 2, 3)] == [True, False, True]
    assert again[1].rule_results[0].message == "mae 50 is above the limit of 45"
    assert [again[number].baseline_version for number in (1, 2, 3)] == [None, 1, 2]


def test_more_people_is_a_difference_where_the_rules_hold(town: Town) -> None:
    town.promoted(50.0)
    refused(town, 55.0)
    stricter = builders.POLICY.stages[Stage.PRODUCTION].model_copy(update={"approvals": 2})
    again = backtest(town, Policy(name="two", stages={Stage.PRODUCTION: stricter}))
    assert [again[number].differs for number in (1, 2)] == [True, False]
    assert (again[1].approvals_then, again[1].approvals_now) == (1, 2)


def test_what_was_never_judged_is_left_out(town: Town) -> None:
    approval_id = town.ask(town.version(50.0).version).approval_id
    town.cancel(approval_id)
    assert backtest(town, builders.POLICY) == {}


def test_a_stage_that_other_rules_do_not_have_would_have_refused(town: Town) -> None:
    number = town.version(50.0).version
    town.evaluate(town.ask(number, Stage.STAGING).approval_id)
    without = Policy(name="short", moves={Stage.DEVELOPMENT: (Stage.PRODUCTION,)}, stages={})
    (result,) = backtest(town, without)[number].rule_results
    assert (result.check, result.message) == ("stage_graph", "no way leads from development to staging")


def test_the_whole_way_is_judged_past_people_too(town: Town) -> None:
    town.promoted(50.0)
    staging = StagePolicy(rules=(MetricThreshold(metric="mae", at_most=45.0),), approvals=1)
    again = backtest(town, Policy(name="two", stages={Stage.STAGING: staging}))
    assert not again[1].passed_now
