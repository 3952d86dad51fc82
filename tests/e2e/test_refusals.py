"""What must not work: no signature, the wrong role, one's own request, a forged event."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3
from boto3.session import Session

import lineal
from lineal.client import Client
from lineal.http.polling import poll
from lineal.local import Identity
from lineal_contract.problems import MEDIA_TYPE, Problem, ProblemCode
from lineal_contract.roles import Role, StackOutput, policy_output
from tests.e2e.conftest import WAIT, World


@pytest.fixture
def second_identity(world: World) -> Iterator[tuple[str, Session]]:
    """Another IAM user with the approver's policy, not linked to anybody."""
    iam, name = world.root("iam"), f"second-{world.project}"
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    iam.attach_user_policy(UserName=name, PolicyArn=world.stack.outputs[policy_output(Role.APPROVER)])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    yield arn, Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.detach_user_policy(UserName=name, PolicyArn=world.stack.outputs[policy_output(Role.APPROVER)])
    iam.delete_user(UserName=name)


def test_a_wrong_secret_is_refused(world: World) -> None:
    key = world.stack.state.identities[Identity.SCIENTIST]
    forged = Session(key.key_id, "x" * 40, region_name="us-east-1")
    with pytest.raises(lineal.PermissionDeniedError):
        Client(world.stack.api_url, world.project, forged).people.me()


def test_nobody_approves_their_own_request_through_a_second_identity(
    world: World, second_identity: tuple[str, Session]
) -> None:
    arn, session = second_identity
    pending = world.asked(world.version("m", mae=50.0))
    as_second = Client(world.stack.api_url, world.project, session).approvals.get(pending.id)
    with pytest.raises(lineal.PermissionDeniedError) as unknown:
        as_second.approve("I am nobody yet")
    assert unknown.value.code == ProblemCode.UNKNOWN_PERSON

    admin = world.as_(Identity.ADMIN)
    admin.people.link("scientist", arn)
    with pytest.raises(lineal.PermissionDeniedError) as outside:
        as_second.approve("I only log here")
    assert outside.value.code == ProblemCode.FORBIDDEN

    admin.projects.create(world.project)
    admin.projects.put_member("scientist", [Role.DATA_SCIENTIST, Role.APPROVER], project=world.project)
    token = world.scientist.tokens.create("a second way", role=Role.APPROVER).secret
    by_token = Client(world.stack.api_url, world.project, token=token).approvals.get(pending.id)
    for way in (as_second, by_token):
        with pytest.raises(lineal.PermissionDeniedError) as own:
            way.approve("I like my own work")
        assert own.value.code == ProblemCode.SELF_APPROVAL
    admin.people.unlink("scientist", arn)
    assert world.scientist.approvals.get(pending.id).decisions == ()


def test_an_identity_belongs_to_one_person(world: World) -> None:
    admin = world.as_(Identity.ADMIN)
    approver = next(p for p in admin.people.list() if p.person_id == "approver")
    with pytest.raises(lineal.ConflictError):
        admin.people.put("somebody-else", name="Somebody", identities=list(approver.identities))


def test_a_forged_event_deploys_nothing(world: World) -> None:
    version = world.version("m", mae=50.0)
    pending = world.asked(version)
    machine = world.stack.outputs[StackOutput.DEPLOYMENT_WORKFLOW]
    before = executions(world, machine)
    actor = {"principal": "arn:aws:iam::000000000000:user/mallory", "person": "approver"}
    detail = {
        "metadata": {
            "event_id": "0" * 32,
            "schema_version": 1,
            "correlation_id": "forged",
            "actor": actor,
            "project": world.project,
            "subject": "model/m",
            "sequence": 1,
            "occurred_at": "2026-01-01T00:00:00Z",
        },
        "data": {
            "approval_id": pending.id,
            "model": "m",
            "version": version.version,
            "manifest_digest": version.manifest_digest,
            "endpoint": "m",
        },
    }
    send(world, detail)
    ended = poll(lambda: ended_since(world, machine, before), WAIT, "the workflow runs")
    assert ended["status"] == "SUCCEEDED"
    assert list(world.auditor.endpoints.list()) == []
    assert pending.refresh().status == "pending"


def test_an_event_that_comes_twice_deploys_once(world: World) -> None:
    version = world.version("m", mae=50.0)
    applied = world.live(version)
    machine = world.stack.outputs[StackOutput.DEPLOYMENT_WORKFLOW]
    before = executions(world, machine)
    records = list(world.auditor.audit.records("m"))
    approved = next(r for r in records if r.action == "version.approved")
    detail = {
        "metadata": {
            "event_id": "1" * 32,
            "schema_version": 1,
            "correlation_id": "again",
            "actor": approved.actor.model_dump(mode="json"),
            "project": world.project,
            "subject": "model/m",
            "sequence": approved.sequence,
            "occurred_at": "2026-01-01T00:00:00Z",
        },
        "data": {
            "approval_id": applied.id,
            "model": "m",
            "version": version.version,
            "manifest_digest": version.manifest_digest,
            "endpoint": "m",
        },
    }
    send(world, detail)
    poll(lambda: ended_since(world, machine, before), WAIT, "the workflow runs")
    assert len(list(world.auditor.endpoints.deployments("m"))) == 1
    assert len(list(world.auditor.audit.records("m"))) == len(records)


def test_errors_are_problems_with_a_stable_code(world: World) -> None:
    with pytest.raises(lineal.NotFoundError) as absent:
        world.scientist.models.get("absent")
    problem = absent.value.problem
    assert problem is not None
    assert (problem.code, problem.status, problem.type) == (
        ProblemCode.NOT_FOUND, 404, "urn:lineal:problem:not_found",
    )  # fmt: skip
    assert Problem.model_validate_json(problem.model_dump_json()) == problem
    assert MEDIA_TYPE == "application/problem+json"


def test_an_illegal_jump_names_the_legal_moves(world: World) -> None:
    version = world.version("m", mae=50.0)
    world.live(version)
    with pytest.raises(lineal.ConflictError) as illegal:
        version.promote("staging", reason="backwards")
    assert illegal.value.code == ProblemCode.ILLEGAL_TRANSITION


def test_corrupted_bytes_are_refused_by_the_store(world: World) -> None:
    import hashlib

    from lineal_contract.artifacts import BeginUpload, CompleteUpload
    from lineal_contract.digests import content_address
    from lineal_contract.routes import tracking as routes

    good = hashlib.sha256(b"good bytes").hexdigest()
    wanted = BeginUpload(size=10, part_digests=(good,))
    api = world.scientist._api
    upload = api.call(routes.BEGIN_UPLOAD, body=wanted)
    part = upload.parts[0]
    answer = urllib3.PoolManager().request(
        "PUT", part.url, body=b"evil bytes", headers=part.headers, retries=False
    )
    assert answer.status == 400
    with pytest.raises(lineal.ConflictError) as incomplete:
        done = CompleteUpload(size=10, sha256=good, part_digests=(good,))
        api.call(routes.COMPLETE_UPLOAD, body=done, digest=content_address([good]))
    assert incomplete.value.code == ProblemCode.UPLOAD_INCOMPLETE


def test_a_task_token_is_in_no_answer(world: World) -> None:
    pending = world.asked(world.version("m", mae=50.0))
    assert "token" not in pending.model_dump_json()
    history = [a.model_dump_json() for a in world.auditor.approvals.list()]
    assert history
    assert "token" not in "".join(history)


def send(world: World, detail: dict[str, Any]) -> None:
    entry = {
        "Source": "lineal",
        "DetailType": "Model Version Approved",
        "Detail": json.dumps(detail),
        "EventBusName": world.stack.outputs[StackOutput.BUS_NAME],
    }
    answer = world.root("events").put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0


def executions(world: World, machine: str) -> dict[str, Any]:
    found = world.root("stepfunctions").list_executions(stateMachineArn=machine, maxResults=1000)
    return {execution["executionArn"]: execution for execution in found["executions"]}


def ended_since(world: World, machine: str, before: dict[str, Any]) -> Any:
    fresh = [e for arn, e in executions(world, machine).items() if arn not in before]
    return next((e for e in fresh if e["status"] != "RUNNING"), None)
