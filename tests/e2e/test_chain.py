"""The whole chain through the public SDK: run, register, approve, deploy, predict, trace, roll back."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

import lineal
import lineal.http.polling
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.audit import GENESIS
from lineal_contract.chunks import Point, encode
from lineal_contract.deployments import DeploymentStatus
from lineal_contract.ids import new_id
from lineal_contract.policies import Stage
from lineal_contract.runs import LogChunk
from tests.e2e.conftest import WAIT, World

ROWS = [[1.0, 2.0], [3.0, 4.0]]


def test_a_run_is_read_back_as_it_was_logged(world: World) -> None:
    with lineal.run(experiment="e", name="n", params={"lr": 0.1}, client=world.scientist) as run:
        for step in range(1_500):
            run.log({"train/loss": 1 / (step + 1), "val/loss": float("nan")}, step=step)
        dataset = run.use_dataset("rows", b"1,2\n")
    read = world.auditor.runs.get(run.id)
    assert (read.params, read.status, read.experiment) == ({"lr": "0.1"}, "finished", "e")
    assert read.actor.person == "scientist"
    assert read.datasets[0].digest == dataset.digest
    assert read.metrics["train/loss"].count == 1_500
    points = list(read.metric("train/loss"))
    assert [(p.step, p.value) for p in points] == [(s, 1 / (s + 1)) for s in range(1_500)]
    assert [r.run_id for r in world.auditor.runs.search(experiment="e")] == [run.id]


def test_a_chunk_that_arrives_twice_counts_once(world: World) -> None:
    with lineal.run(client=world.scientist) as run:
        pass
    chunk = LogChunk(writer="w", seq=0, data=encode([Point("loss", s, 1_000 + s, 0.5) for s in range(10)]))
    for _ in range(2):
        world.scientist.runs.log_chunk(run.id, chunk)
    read = world.scientist.runs.get(run.id)
    assert read.metrics["loss"].count == 10
    assert len(list(read.metric("loss"))) == 10


def test_known_content_is_not_sent_again(world: World) -> None:
    first = world.version("m", mae=10.0)
    second = world.version("m", mae=9.0)
    assert first.manifest[0].object == second.manifest[0].object
    bucket, key = first.manifest[0].object.bucket, first.manifest[0].object.key
    stored = world.root("s3").list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
    assert [v["VersionId"] for v in stored] == [first.manifest[0].object.version_id]


def test_from_a_run_to_a_live_endpoint_and_back(world: World) -> None:
    first = world.version("m", mae=50.0, weight=1.0)
    approval = world.live(first)
    assert (approval.requested_by.person, approval.decisions[0].actor.person) == ("scientist", "approver")
    assert world.scientist.endpoints.predict("m", ROWS).outputs == (3.0, 7.0)

    worse = world.version("m", mae=50.0, weight=3.0)
    refused = worse.promote("production", reason="equal is not better").wait(timeout=WAIT)
    assert refused.status is ApprovalStatus.REFUSED
    assert "not strictly below" in (refused.refusal or "")

    better = world.version("m", mae=40.0, weight=2.0)
    applied = world.live(better)
    assert applied.baseline_version == first.version
    assert world.scientist.endpoints.predict("m", ROWS).outputs == (6.0, 14.0)
    assert world.scientist.models.version("m", 1).stage is Stage.ARCHIVED
    live = world.scientist.models.version("m", better.version)
    assert (live.stage, live.aliases) == (Stage.PRODUCTION, ("champion",))

    trace = world.auditor.traces.of_endpoint("m", verify=True)
    assert trace.verified
    assert trace.approval is not None
    assert trace.approval.approval_id == applied.id
    assert (trace.version.version, trace.run.run_id) == (better.version, better.run_id)
    assert trace.lineage.score == 1.0

    with pytest.raises(lineal.ConflictError, match="never approved"):
        world.deployer.endpoints.rollback("m", worse.version, reason="no")
    back = world.deployer.endpoints.rollback("m", reason="a test goes back")
    assert (back.version, back.status, back.kind) == (first.version, DeploymentStatus.LIVE, "rollback")
    assert world.scientist.endpoints.predict("m", ROWS).outputs == (3.0, 7.0)
    model = world.scientist.models.get("m")
    assert (model.production_version, model.aliases) == (first.version, {"champion": first.version})
    assert world.scientist.models.version("m", better.version).stage is Stage.ARCHIVED
    assert world.auditor.traces.of_endpoint("m").version.version == first.version
    assert [d.version for d in world.auditor.endpoints.deployments("m")] == [1, 3, 1]

    records = list(world.auditor.audit.records("m"))
    assert [r.sequence for r in records] == list(range(1, len(records) + 1))
    assert [r.previous for r in records] == [GENESIS, *(r.digest for r in records[:-1])]
    assert all(r.digest == r.computed_digest() for r in records)
    assert "endpoint.rolled_back" in {r.action for r in records}


def test_a_rejection_needs_a_reason_and_leaves_production_alone(world: World) -> None:
    pending = world.asked(world.version("m", mae=50.0))
    approval = world.approver.approvals.get(pending.id)
    with pytest.raises(lineal.InvalidRequestError):
        approval.reject("")
    approval.reject("the data is old")
    closed = pending.wait(timeout=WAIT)
    assert (closed.status, closed.refusal) == (ApprovalStatus.REJECTED, "the data is old")
    assert world.scientist.models.get("m").production_version is None
    with pytest.raises(lineal.ConflictError):
        approval.approve("I have changed my mind")


def test_an_approval_compared_with_an_older_baseline_is_asked_for_again(world: World) -> None:
    world.live(world.version("m", mae=50.0))
    slow = world.asked(world.version("m", mae=45.0))
    world.live(world.version("m", mae=40.0))
    world.approver.approvals.get(slow.id).approve("approved against the old baseline")
    closed = slow.wait(timeout=WAIT)
    assert closed.status is ApprovalStatus.REFUSED
    assert closed.baseline_version == 3
    assert world.scientist.models.get("m").production_version == 3


def test_concurrent_registrations_give_every_number_once(world: World) -> None:
    first = world.version("m", mae=1.0)

    def register(_: int) -> int:
        return lineal.register("m", "model", run=first.run_id, client=world.scientist).version

    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(pool.map(register, range(16)))
    assert numbers == list(range(2, 18))
    assert world.scientist.models.get("m").latest_version == 17


def test_the_same_registration_again_is_the_same_version(world: World) -> None:
    first = world.version("m", mae=1.0)
    request_id = new_id()
    versions = {
        world.scientist.models.register("m", "model", run_id=first.run_id, request_id=request_id).version
        for _ in range(3)
    }
    assert versions == {2}
    with pytest.raises(lineal.ConflictError):
        world.scientist.models.register("other", "model", run_id=first.run_id, request_id=request_id)


def test_listings_page_through_everything(world: World) -> None:
    for name in "cab":
        world.version(name, mae=1.0)
    assert [m.model for m in world.auditor.models.list()] == ["a", "b", "c"]
    runs = list(itertools.islice(world.auditor.runs.search(), 2))
    assert [r.run_id for r in runs] == sorted((r.run_id for r in runs), reverse=True)


def test_changed_bytes_are_found_by_path(world: World) -> None:
    from lineal.demo.tampering import tamper

    version = world.version("m", mae=1.0)
    assert version.verify().ok
    path = tamper(world.stack, version)
    assert version.verify().failed_paths == (path,)


def test_a_model_that_cannot_be_served_does_not_replace_the_live_one(world: World) -> None:
    first = world.version("m", mae=50.0)
    world.live(first)
    with lineal.run(params={"a": 1}, client=world.scientist) as run:
        run.use_dataset("rows", b"1\n")
        run.log({"mae": 1.0})
        file = world.folder / "weights.bin"
        file.write_bytes(b"not a model")
        artifact = run.log_artifact(file, "weights")
    other = lineal.register("m", artifact, run=run, client=world.scientist)
    pending = world.asked(other)
    world.approver.approvals.get(pending.id).approve()
    pending.wait(timeout=WAIT)
    failed = lineal.http.polling.poll(
        lambda: next(
            (d for d in world.auditor.endpoints.deployments("m") if d.status is DeploymentStatus.FAILED), None
        ),
        WAIT,
        "the deployment has not failed",
    )
    assert failed.version == other.version
    assert world.scientist.endpoints.get("m").version == first.version
