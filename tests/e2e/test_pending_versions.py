"""Sources that take long: an MLflow client waits for a version, or not, and it becomes what was asked for."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lineal.errors import ConflictError
from lineal.http.polling import poll
from lineal.resources.versions import Version
from lineal_contract.digests import MIN_PART_BYTES, address_of
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.roles import StackOutput
from tests.e2e.conftest import WAIT, World
from tests.e2e.test_mlflow import by_token, run
from tests.e2e.test_recovery import _swept_when_a_test_says_so, sweep

__all__ = ["_swept_when_a_test_says_so"]

CLIENT = Path(__file__).with_name("mlflow_client") / "pending.py"
FILES = 230
"""More than are hashed while a client waits."""
LONG = b"two parts " * (MIN_PART_BYTES // 9)
SOURCE = "mlflow-artifacts:/0/big"


def client(world: World, *asked: str) -> Any:
    return json.loads(run(by_token(world), world.folder, str(CLIENT), *asked).splitlines()[-1])


@dataclass(frozen=True)
class Bucket:
    """Staged files of a project, written as clients with AWS credentials do."""

    s3: Any
    name: str
    prefix: str

    def put(self, path: str, data: bytes) -> str:
        """Write a file; return its VersionId."""
        written = self.s3.put_object(Bucket=self.name, Key=f"{self.prefix}{path}", Body=data)
        return str(written["VersionId"])

    def lose(self, path: str, version_id: str) -> None:
        """Delete a version of a file, as only an administrator may."""
        self.s3.delete_object(Bucket=self.name, Key=f"{self.prefix}{path}", VersionId=version_id)


@pytest.fixture
def staged(world: World) -> Bucket:
    """Some more files than are hashed while a client waits, and one of two parts."""
    name = world.stack.outputs[StackOutput.ARTIFACTS_BUCKET]
    bucket = Bucket(world.root("s3"), name, f"projects/{world.project}/mlflow/")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: bucket.put(f"0/big/{n:03}.txt", b"file %d" % (n % 7)), range(FILES)))
    bucket.put("0/big/weights.bin", LONG)
    return bucket


@contextmanager
def unable_to_hash(world: World) -> Iterator[None]:
    """The workflow's function does not run."""
    functions = world.root("lambda")
    pages = functions.get_paginator("list_functions").paginate()
    names = [each["FunctionName"] for page in pages for each in page["Functions"]]
    (name,) = (each for each in names if "RegistrationSteps" in each)
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        yield
    finally:
        functions.delete_function_concurrency(FunctionName=name)


def begun(world: World, name: str) -> Version:
    """Ask for a version whose execution is killed before it has done anything."""
    states, machine = world.root("stepfunctions"), world.stack.outputs[StackOutput.REGISTRATION_WORKFLOW]
    with unable_to_hash(world):
        status, message = client(world, "begin", name, SOURCE)
        assert (status, f"{FILES + 1} files" in message) == ("PENDING_REGISTRATION", True)
        running = states.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
        (execution,) = running
        states.stop_execution(executionArn=execution["executionArn"])
    return world.scientist.models.version(name, 1)


def ended(world: World, name: str) -> Version:
    """Return the version once nobody waits for it any more."""

    def found() -> Version | None:
        version = world.scientist.models.version(name, 1)
        return version if version.status is not VersionStatus.PENDING else None

    return poll(found, WAIT, "the version is still pending")


def test_a_large_source_is_waited_for_and_later_writes_do_not_change_it(world: World, staged: Bucket) -> None:
    assert client(world, "wait", "m", SOURCE) == ["PENDING_REGISTRATION", "READY", ["1"]]
    staged.put("0/big/000.txt", b"written later")
    assert client(world, "read", "m", "1", "000.txt") == "file 0"
    version = world.scientist.models.version("m", 1)
    assert (version.status, version.count, len(version.manifest)) == (VersionStatus.ACTIVE, FILES + 1, 0)
    files = {each.path: each.object for each in world.scientist.artifacts.files(version)}
    assert files["weights.bin"].digest == address_of(LONG)
    assert version.verify().ok
    actions = [r.action for r in world.auditor.audit.records("m")]
    assert actions[1:] == ["version.requested", "version.registered"]


def test_a_pending_version_is_for_nobody_and_a_killed_worker_is_replaced(
    world: World, staged: Bucket
) -> None:
    version = begun(world, "m")
    assert (version.status, version.aliases) == (VersionStatus.PENDING, ("next",))
    staged.put("0/big/000.txt", b"written later")
    for refused in (
        lambda: version.promote("staging", reason="early"),
        lambda: world.scientist.models.pull("m@next"),
        lambda: version.retire("early"),
        version.verify,
    ):
        with pytest.raises(ConflictError, match="version 1 is pending: 231 files") as told:
            refused()
        assert told.value.code == "not_ready"
    code, _ = client(world, "read", "m", "1", "000.txt")
    assert code == "RESOURCE_CONFLICT"
    assert world.scientist.models.find_versions("status = 'pending'")

    assert sweep(world)["resumed"] == 1
    assert ended(world, "m").status is VersionStatus.ACTIVE
    assert client(world, "read", "m", "1", "000.txt") == "file 0"
    sweep(world)
    actions = [r.action for r in world.auditor.audit.records("m")]
    assert (actions.count("version.restarted"), actions.count("version.registered")) == (1, 1)


def test_a_version_whose_source_was_deleted_meanwhile_fails_and_says_why(
    world: World, staged: Bucket
) -> None:
    gone = staged.put("0/big/007.txt", b"soon gone")
    begun(world, "m")
    staged.lose("0/big/007.txt", gone)
    assert sweep(world)["resumed"] == 1
    failed = ended(world, "m")
    assert (failed.status, "'007.txt'" in failed.status_reason) == (VersionStatus.FAILED, True)
    status, message = client(world, "status", "m", "1")
    assert (status, message) == ("FAILED_REGISTRATION", failed.status_reason)
    with pytest.raises(ConflictError, match="version 1 is failed"):
        failed.promote("staging", reason="anyway")
