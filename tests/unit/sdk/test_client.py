import itertools
import time
from typing import Any

import numpy
import pytest

import lineal
from lineal.client import Client
from lineal.http.transport import Request, Response
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.audit import GENESIS, AuditRecord
from lineal_contract.lineage import FileFailure
from lineal_contract.routes.route import IDEMPOTENCY_KEY
from tests.unit.sdk.fake_server import ACTOR, API_URL, FakeServer


def registered(client: Client, tmp_path_factory: pytest.TempPathFactory, files: int = 1) -> lineal.ActiveRun:
    """A run with an artifact `model` of some files, registered as version 1 of `net`."""
    folder = tmp_path_factory.mktemp("model")
    for i in range(files):
        (folder / f"{i}.bin").write_bytes(bytes([i]))
    with lineal.run(experiment="e", client=client) as run:
        run.log_artifact(folder, "model")
    lineal.register("net", "model", run=run, client=client)
    return run


@pytest.fixture
def run(client: Client, tmp_path_factory: pytest.TempPathFactory) -> lineal.ActiveRun:
    return registered(client, tmp_path_factory, files=3)


def test_listings_turn_pages_by_themselves(server: FakeServer, client: Client) -> None:
    ids = [lineal.run(experiment=f"e{i % 2}", client=client).id for i in range(5)]
    assert [r.id for r in client.runs.search()] == ids[::-1]
    assert [r.id for r in client.runs.search(experiment="e1")] == [ids[3], ids[1]]
    before = len(server.requests)
    assert [r.id for r in client.runs.search(limit=2)] == ids[:2:-1]
    assert len(server.requests) == before + 1


def test_a_listing_asks_for_what_it_is_given(client: Client) -> None:
    with pytest.raises(lineal.InputError, match="status"):
        client.runs.search(status="no-such-status")
    assert list(client.runs.search(status="finished")) == []


@pytest.mark.parametrize("limit", [-1, "2", 1.5])
def test_a_limit_that_is_none_is_an_input_error(client: Client, limit: Any) -> None:
    for listing in (client.runs.search, client.models.list, client.approvals.list):
        with pytest.raises(lineal.InputError, match="a limit is a number"):
            listing(limit=limit)
    assert list(client.runs.search(limit=0)) == []


def test_models_and_versions(client: Client, run: lineal.ActiveRun) -> None:
    lineal.register("net", "model", run=run, client=client)
    assert [m.model for m in client.models.list()] == ["net"]
    assert client.models.get("net").latest_version == 2
    assert [v.version for v in client.models.versions("net")] == [2, 1]
    assert client.models.version("net", 1).refresh().run_id == run.id


def test_the_same_request_gives_the_same_version(client: Client, run: lineal.ActiveRun) -> None:
    versions = [
        client.models.register("net", "model", run_id=run.id, request_id="a" * 32).version for _ in range(2)
    ]
    assert versions == [2, 2]


def test_what_is_done_once_has_a_name_of_its_own_in_each_call() -> None:
    sent: list[str | None] = []

    class Absent:
        def send(self, request: Request) -> Response:
            sent.append(request.headers.get(IDEMPOTENCY_KEY))
            return Response(404)

    client = Client(API_URL, "alpha", transport=Absent())
    for _ in range(2):
        for call in (
            lambda: client.models.describe("net", "words"),
            lambda: client.models.delete_alias("net", "blue"),
            lambda: client.models.delete("net"),
            lambda: client.projects.put_member("bob", ["Approver"]),
            lambda: client.models.get("net"),
        ):
            with pytest.raises(lineal.NotFoundError):
                call()
    names = set(sent)
    assert None in names
    assert len(names) == 1 + 8


def test_what_is_not_there_is_not_found(client: Client) -> None:
    for call in (
        lambda: client.runs.get("0" * 32),
        lambda: client.models.get("nothing"),
        lambda: client.approvals.get("0" * 32),
    ):
        with pytest.raises(lineal.NotFoundError):
            call()


def test_promoting_deciding_and_waiting(
    server: FakeServer, client: Client, run: lineal.ActiveRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    approval = client.models.version("net", 1).promote("staging", reason="good")
    assert (approval.id, approval.status) == (approval.approval_id, "requested")
    assert approval.approve("fine").decisions[0].reason == "fine"
    assert [a.id for a in client.approvals.list(status="approved", model="net")] == [approval.id]
    assert approval.reject("no").status is ApprovalStatus.REJECTED

    server.statuses = [ApprovalStatus.REQUESTED, ApprovalStatus.PENDING]
    assert approval.wait(until=("pending",)).status == "pending"
    server.statuses = [ApprovalStatus.APPROVED, ApprovalStatus.APPLIED]
    assert approval.wait().status is ApprovalStatus.APPLIED
    server.statuses = [ApprovalStatus.REFUSED]
    assert approval.wait(until=("pending",)).status is ApprovalStatus.REFUSED


def test_waiting_has_an_end(client: Client, run: lineal.ActiveRun, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count()
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    approval = client.models.version("net", 1).promote("staging", reason="good")
    with pytest.raises(TimeoutError, match="still open after 10 seconds") as caught:
        approval.wait(timeout=10)
    assert isinstance(caught.value, lineal.WaitTimeoutError)


def test_an_empty_reason_is_refused_before_it_is_sent(client: Client) -> None:
    with pytest.raises(lineal.InputError, match="reason"):
        client.models.promote("net", 1, "staging", reason=" ")
    with pytest.raises(lineal.InputError, match="stage"):
        client.models.promote("net", 1, "The Moon", reason="why not")


def test_tracing_and_verifying(server: FakeServer, client: Client, run: lineal.ActiveRun) -> None:
    trace = lineal.trace("live", client=client)
    assert (trace.run.run_id, trace.endpoint, trace.verified) == (run.id, "live", None)
    trace = lineal.trace(model="net", version=1, verify=True, client=client)
    assert trace.verified is True
    assert trace.verification is not None
    assert trace.verification.files == 3

    server.failures = (FileFailure(path="2.bin", expected="0" * 64, found="1" * 64, detail="differs"),)
    trace = client.models.version("net", 1).trace(verify=True)
    assert trace.verified is False
    assert trace.verification is not None
    assert trace.verification.failed_paths == ("2.bin",)


@pytest.mark.parametrize("wrong", [{}, {"model": "net"}, {"endpoint": "live", "version": 1}])
def test_a_trace_is_of_one_thing(client: Client, wrong: dict[str, object]) -> None:
    with pytest.raises(lineal.InputError, match="either"):
        lineal.trace(client=client, **wrong)  # type: ignore[arg-type]


def test_endpoints(client: Client) -> None:
    assert [e.endpoint for e in client.endpoints.list()] == ["live"]
    assert client.endpoints.get("live").version == 1
    assert [d.kind for d in client.endpoints.deployments("live")] == ["promotion"]
    assert lineal.predict("live", [[1.0, 2.0], [3.0, 4.0]], client=client).outputs == (3.0, 7.0)
    back = lineal.rollback("live", reason="worse", client=client)
    assert (back.kind, back.version, back.reason) == ("rollback", 1, "worse")


def test_predicting_from_an_array(client: Client) -> None:
    rows = numpy.array([[1.0, 2.0]], dtype="float32")
    assert client.endpoints.predict("live", rows).outputs == (3.0,)
    with pytest.raises(lineal.InputError):
        client.endpoints.predict("live", [["a"]])


def test_people_and_policy(server: FakeServer, client: Client) -> None:
    client.people.put("ada", name="Ada", identities=["arn:aws:iam::123456789012:user/ada"])
    assert [p.name for p in client.people.list()] == ["Ada"]
    assert client.people.me().actor == ACTOR
    stored = client.policies.put(server.policy.model_copy(update={"name": "strict"}))
    assert client.policies.get() == stored


def test_the_audit_trail_is_read_to_its_end(server: FakeServer, client: Client) -> None:
    server.audit = [
        AuditRecord(
            sequence=n,
            action="a",
            subject="s",
            actor=ACTOR,
            at=n,
            details={},
            previous=GENESIS,
            digest=GENESIS,
        )
        for n in range(1, 6)
    ]
    assert [r.sequence for r in client.audit.records("net")] == [1, 2, 3, 4, 5]
    assert [r.sequence for r in client.audit.records("net", limit=3)] == [1, 2, 3]


@pytest.mark.parametrize("hostile", ["", ".", ".."])
def test_a_name_cannot_climb_to_another_route(server: FakeServer, client: Client, hostile: str) -> None:
    with pytest.raises(lineal.InputError):
        client.runs.get(hostile)
    assert server.requests == []


def test_names_are_encoded_into_the_path(server: FakeServer, client: Client) -> None:
    with pytest.raises(lineal.NotFoundError):
        client.models.get("a/b c?d#e")
    assert server.requests[0].url == f"{API_URL}/v1/projects/alpha/models/a%2Fb%20c%3Fd%23e"


def test_an_answer_outside_the_contract_is_told() -> None:
    class Nonsense:
        def send(self, request: Request) -> Response:
            return Response(200, {}, b'{"run_id": 7}')

    with pytest.raises(lineal.UnexpectedAnswerError, match="get_run"):
        Client(API_URL, "alpha", transport=Nonsense()).runs.get("0" * 32)


@pytest.mark.parametrize("url", [None, "", "ftp://api.test", "api.test"])
def test_an_address_is_needed(url: str | None) -> None:
    with pytest.raises(lineal.ConfigurationError, match="API address"):
        Client(url, "alpha")


def test_people_need_no_project(server: FakeServer) -> None:
    client = Client(API_URL, transport=server)
    assert list(client.people.list()) == []
    with pytest.raises(lineal.ConfigurationError, match="LINEAL_PROJECT"):
        client.models.get("net")
