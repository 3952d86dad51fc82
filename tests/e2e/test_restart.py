"""A stack that goes down with open requests: they wait, come back, and nobody is asked twice."""

from pathlib import Path

import lineal.local
from lineal.client import Client
from lineal.local import Identity
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.policies import Policy
from lineal_contract.roles import Role
from tests.e2e.conftest import WAIT, World
from tests.e2e.test_recovery import sweep

PROJECT = "restarted"


def test_open_requests_outlive_a_restart_and_so_do_tokens(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with lineal.local.running(data=data) as stack:
        world = World(stack, PROJECT, tmp_path)
        policy = Path(lineal.local.__file__).with_name("starter_policy.json").read_bytes()
        world.as_(Identity.ADMIN).policies.put(Policy.model_validate_json(policy))
        undecided = world.asked(world.version("m", mae=50.0))
        decided = world.asked(world.version("n", mae=50.0))
        secret = world.approver.tokens.create("laptop", role=Role.APPROVER).secret
        world.root("stepfunctions").stop_execution(executionArn=decided.execution_arn)
        world.approver.approvals.get(decided.id).approve("just before it went down")

    with lineal.local.running(data=data) as stack:
        world = World(stack, PROJECT, tmp_path)
        scientist = world.scientist.approvals
        assert scientist.get(undecided.id).status is ApprovalStatus.PENDING
        # The stack's own schedule may come first: what counts is that it happens once.
        sweep(world)
        assert scientist.get(undecided.id).execution_arn == f"{undecided.execution_arn}-2"
        assert scientist.get(decided.id).wait(timeout=WAIT).status is ApprovalStatus.APPLIED

        by_token = Client(stack.api_url, PROJECT, token=secret)
        by_token.approvals.get(undecided.id).approve("after the restart")
        assert scientist.get(undecided.id).wait(timeout=WAIT).status is ApprovalStatus.APPLIED
        for model in ("m", "n"):
            world.scientist.endpoints.wait(model, 1, timeout=WAIT)
            actions = [record.action for record in world.auditor.audit.records(model)]
            assert actions.count("approval.evaluated") == 1, "people are asked once"
            assert actions.count("approval.restarted") == 1
            assert world.auditor.audit.verify(model).ok
