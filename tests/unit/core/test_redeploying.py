"""Approved versions whose deployment was lost are deployed after all, once."""

import pytest

from functions.core.deployments.redeploying import GRACE, Redeploying
from functions.core.ports.workflows import Execution
from lineal_contract.deployments import DeploymentStatus
from lineal_contract.policies import Stage
from tests import builders
from tests.builders import MODEL, PROJECT
from tests.fakes.deployment_runs import MemoryDeploymentRuns
from tests.fakes.work import MemoryOpenDeployments
from tests.unit.core.town import Town


class Sweep:
    """A town whose deployments are looked after."""

    def __init__(self) -> None:
        self.town, self.runs = Town(), MemoryDeploymentRuns()
        self.work = MemoryOpenDeployments(self.town.models)

    def __call__(self) -> int:
        clock = lambda: self.town.now  # noqa: E731 - the clock moves with the town
        done = Redeploying(self.work, self.town.models, self.runs, builders.patient(), clock).restart_lost()
        assert done.failed == ()
        return done.count

    def execution_of(self, approval_id: str) -> str | None:
        deployment = self.town.models.deployment(PROJECT, MODEL, approval_id)
        assert deployment is not None
        return deployment.execution_arn


@pytest.fixture
def sweep() -> Sweep:
    return Sweep()


def test_an_event_that_never_came_is_made_up_for_once_it_is_late(sweep: Sweep) -> None:
    approval_id = sweep.town.promoted(50.0)
    sweep.town.now += GRACE - 1
    assert sweep() == 0
    sweep.town.now += 1
    assert sweep() == 1
    assert [approval for approval, _ in sweep.runs.started] == [approval_id]
    sweep()
    assert len(sweep.runs.started) == 1


def test_a_deployment_whose_execution_ended_half_way_gets_another(sweep: Sweep) -> None:
    approval_id = sweep.town.promoted(50.0)
    sweep.town.open(approval_id)
    first = sweep.execution_of(approval_id) or ""
    sweep.runs.executions[first] = Execution.ENDED
    assert sweep() == 1
    second = sweep.execution_of(approval_id) or ""
    assert second.endswith(f"{approval_id}-1")
    assert sweep() == 0
    sweep.runs.executions[second] = Execution.ENDED
    assert sweep() == 1
    assert (sweep.execution_of(approval_id) or "").endswith(f"{approval_id}-2")
    assert sweep.town.open(approval_id).outcome == "deploy"
    assert sweep.town.switch(approval_id).outcome == "live"
    assert sweep() == 0
    assert sweep.work.list() == []


def test_one_that_runs_is_left_alone(sweep: Sweep) -> None:
    approval_id = sweep.town.promoted(50.0)
    sweep.town.open(approval_id)
    sweep.runs.executions[sweep.execution_of(approval_id) or ""] = Execution.RUNNING
    assert (sweep(), sweep.runs.started) == (0, [])


@pytest.mark.parametrize("end", ["live", "failed"])
def test_what_has_ended_leaves_the_list(sweep: Sweep, end: str) -> None:
    approval_id = sweep.town.promoted(50.0)
    sweep.town.open(approval_id)
    sweep.town.switch(approval_id) if end == "live" else sweep.town.fail(approval_id)
    assert (sweep(), sweep.work.list(), sweep.runs.started) == (0, [], [])


def test_a_version_that_left_production_before_it_was_deployed_is_not(sweep: Sweep) -> None:
    first = sweep.town.promoted(50.0)
    second = sweep.town.promoted(40.0)
    sweep.town.now += GRACE
    assert sweep() == 1
    assert [approval for approval, _ in sweep.runs.started] == [second]
    assert (PROJECT, first) not in sweep.work.list()


def test_staging_has_no_deployment(sweep: Sweep) -> None:
    approval_id = sweep.town.ask(sweep.town.version(50.0).version, Stage.STAGING).approval_id
    sweep.town.evaluate(approval_id)
    assert sweep.town.apply(approval_id).outcome == "applied"
    assert sweep.work.list() == []


def test_a_restart_is_in_the_audit_trail(sweep: Sweep) -> None:
    approval_id = sweep.town.promoted(50.0)
    sweep.town.open(approval_id)
    sweep()
    records = sweep.town.models.audit(PROJECT, MODEL, 0, 1_000)
    assert [r.subject for r in records if r.action == "deployment.restarted"] == [f"deployment/{approval_id}"]
    deployment = sweep.town.models.deployment(PROJECT, MODEL, approval_id)
    assert deployment is not None
    assert deployment.status is DeploymentStatus.PENDING
