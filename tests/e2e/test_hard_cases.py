"""Repeated, raced and half-failed operations: what an operator meets on a bad day."""

from pathlib import Path

import pytest

import lineal
from lineal.client import Client
from lineal.http.polling import poll
from lineal.http.transport import Request, Response
from lineal.local import Identity
from lineal.resources.versions import Version
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.deployments import DeploymentStatus, Rollback
from lineal_contract.ids import new_id
from lineal_contract.policies import Stage
from lineal_contract.roles import Role
from lineal_contract.routes import deployments as routes
from tests.e2e.conftest import WAIT, World


def two_live_versions(world: World) -> None:
    world.live(world.version("m", mae=50.0, weight=1.0))
    world.live(world.version("m", mae=40.0, weight=2.0))


def failed_deployment(world: World, version: Version) -> None:
    """Approve a version whose deployment fails: production has it, the endpoint does not."""
    pending = world.asked(version)
    world.approver.approvals.get(pending.id).approve()
    pending.wait(timeout=WAIT)

    def failed() -> object:
        found = world.auditor.endpoints.deployments("m")
        return next((d for d in found if d.status is DeploymentStatus.FAILED), None)

    poll(failed, WAIT, "the deployment has not failed")


def model_of(world: World, path: Path) -> Version:
    with lineal.run(params={"a": 1}, client=world.scientist) as run:
        run.use_dataset("rows", b"1\n")
        run.log({"mae": 1.0})
        artifact = run.log_artifact(path, "model")
    return lineal.register("m", artifact, run=run, client=world.scientist)


def test_the_same_rollback_sent_twice_goes_back_once(world: World) -> None:
    two_live_versions(world)
    api, asked = world.deployer._api, Rollback(request_id=new_id(), reason="errors")
    first, again = (api.call(routes.ROLLBACK, body=asked, endpoint="m") for _ in range(2))
    assert (
        (first.version, first.deployment_id) == (again.version, again.deployment_id) == (1, asked.request_id)
    )
    assert world.auditor.endpoints.get("m").version == 1


def test_a_second_rollback_does_not_return_to_what_was_rolled_away_from(world: World) -> None:
    two_live_versions(world)
    world.deployer.endpoints.rollback("m", reason="errors")
    with pytest.raises(lineal.ConflictError):
        world.deployer.endpoints.rollback("m", reason="another operator, a moment later")
    assert world.auditor.endpoints.get("m").version == 1


@pytest.mark.parametrize("data", [b"", b"garbage"])
def test_bytes_that_are_no_model_never_go_live_and_production_can_be_put_right(
    world: World, data: bytes
) -> None:
    world.live(world.version("m", mae=50.0))
    path = world.folder / "model.onnx"
    path.write_bytes(data)
    failed_deployment(world, model_of(world, path))
    assert world.scientist.endpoints.predict("m", [[1.0, 2.0]]).version == 1

    back = world.deployer.endpoints.rollback("m", reason="the new one cannot be served")
    assert back.version == 1
    model = world.auditor.models.get("m")
    assert (model.production_version, model.aliases) == (1, {"champion": 1})
    assert world.auditor.models.version("m", 2).stage is Stage.ARCHIVED


def test_a_finished_run_keeps_what_it_was(world: World) -> None:
    version = world.version("m", mae=50.0)
    runs = world.scientist.runs
    before = runs.get(version.run_id)
    from lineal_contract.runs import RunStatus, UpdateRun

    with pytest.raises(lineal.ConflictError):
        runs.update(version.run_id, UpdateRun(params={"epochs": "999"}))
    with pytest.raises(lineal.ConflictError):
        runs.update(version.run_id, UpdateRun(status=RunStatus.RUNNING))
    assert runs.get(version.run_id) == before
    runs.update(version.run_id, UpdateRun(tags={"seen": "yes"}))
    assert runs.get(version.run_id).tags == {"seen": "yes"}


@pytest.mark.parametrize("how", ["running", "failed"])
def test_a_run_that_did_not_finish_is_not_promoted(world: World, how: str) -> None:
    run = lineal.run(params={"a": 1}, client=world.scientist)
    run.use_dataset("rows", b"1\n")
    run.log({"mae": 1.0})
    path = world.folder / "model.onnx"
    path.write_bytes(b"anything")
    artifact = run.log_artifact(path, "model")
    if how == "failed":
        run.end("failed", "out of memory")
    version = lineal.register("m", artifact, run=run, client=world.scientist)
    closed = version.promote("production", reason="too early").wait(timeout=WAIT)
    assert closed.status is ApprovalStatus.REFUSED
    assert f"the run is {how}" in (closed.refusal or "")
    run.end()


def test_a_request_of_somebody_unknown_is_decided_by_nobody(world: World) -> None:
    from boto3.session import Session

    from lineal_contract.problems import ProblemCode
    from lineal_contract.roles import Role, policy_output

    iam, name = world.root("iam"), f"unknown-{world.project}"
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn=world.stack.outputs[policy_output(Role.DATA_SCIENTIST)])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    session = Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    unknown = Client(world.stack.api_url, world.project, session)
    version = world.version("m", mae=50.0)
    asked = unknown.models.promote("m", version.version, "production", reason="who am I?")
    asked.wait(timeout=WAIT, until={ApprovalStatus.PENDING})
    with pytest.raises(lineal.PermissionDeniedError) as refused:
        world.approver.approvals.get(asked.id).approve()
    assert refused.value.code == ProblemCode.UNKNOWN_PERSON


def test_a_request_that_comes_again_late_takes_nothing_back(world: World) -> None:
    for mae in (50.0, 49.0):
        world.version("m", mae=mae)
    late, admin = Late(world.scientist), Late(world.as_(Identity.ADMIN))
    models, projects = late.client.models, admin.client.projects
    models.set_alias("m", "blue", 1)
    models.delete_alias("m", "blue")
    models.set_alias("m", "blue", 2)
    apart = f"{world.project}-apart"
    projects.create(apart)
    projects.put_member("scientist", [Role.ADMIN], project=apart)
    projects.remove_member("scientist", project=apart)

    assert late.come_again() == [200, 200, 200]
    assert admin.come_again() == [200, 200, 200]
    assert world.auditor.models.get("m").aliases == {"blue": 2}
    assert "scientist" not in [each.person for each in projects.members(apart)]


class Late:
    """A client whose every change is delivered once more, when nobody waits for it any longer."""

    def __init__(self, client: Client) -> None:
        self.client, self._transport, self._sent = client, client._api._transport, list[Request]()
        client._api._transport = self

    def send(self, request: Request) -> Response:
        """Send, and keep."""
        self._sent.append(request)
        return self._transport.send(request)

    def come_again(self) -> list[int]:
        """Send all of it again in its order; return the statuses."""
        return [self._transport.send(request).status for request in self._sent]
