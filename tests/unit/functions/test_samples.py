"""One version's way from a script to its endpoint, told by the functions' raw inputs in events/samples."""

import json
from collections.abc import Callable, Sequence
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import functions.http
import functions.mlflow.surface
import functions.steps
from functions.core.errors import UnavailableError
from functions.core.objects.uploads import object_key
from functions.tables import OUTBOX_PREFIX
from lineal_contract.digests import content_address
from lineal_contract.events import DetailType, VersionApproved
from tests.builders import sha
from tests.fakes.backend import MemoryBackend
from tests.fakes.cloudtrail import record_of

SAMPLES = Path(__file__).parents[3] / "events" / "samples"
APPROVAL = "019a3f6d4b217e3a9c58d70f1e2b4a63"
BYTES = b"an ONNX model"
NOW = 1_762_336_980_000
WAY = [
    ("admin/put_scientist", 200),
    ("admin/put_approver", 200),
    ("admin/put_second_approver", 200),
    ("admin/create_project", 200),
    ("admin/put_retention", 200),
    ("admin/put_mlflow", 200),
    ("admin/put_member", 200),
    ("tokens/create_token", 201),
    ("tracking/who_am_i_by_token", 200),
    ("tracking/create_experiment", 201),
    ("tracking/update_experiment", 200),
    ("tracking/create_run", 201),
    ("tracking/log_chunk", 201),
    ("tracking/use_dataset", 201),
    ("tracking/begin_upload", 200),
    ("tracking/complete_upload", 200),
    ("tracking/log_artifact", 201),
    ("tracking/resume_run", 201),
    ("tracking/finish_run", 200),
    ("tracking/get_metric", 200),
    ("registry/register_version", 201),
    ("registry/request_promotion", 202),
    ("approval_steps/evaluate", "ask"),
    ("approval_steps/ask", "ask"),
    ("approvals/delegate", 200),
    ("approvals/decide", 200),
    ("approval_steps/expire", "proceed"),
    ("approval_steps/apply", "applied"),
    ("deployment_steps/open", "deploy"),
    ("deployment_steps/plan", "verify"),
    ("deployment_steps/verify", "hashed"),
    ("deployment_steps/compare", "verified"),
    ("deployment_steps/switch", "live"),
    ("deployment_steps/fail", "failed"),
    ("serving/invoke", 200),
    ("deployments/rollback", 409),
    ("registry/set_alias", 200),
    ("registry/deprecate", 200),
    ("registry/create_model", 201),
    ("registry/describe_model", 200),
    ("registry/describe_version", 200),
    ("registry/rename_model", 200),
    ("mlflow/create_experiment", 200),
    ("mlflow/search_runs", 200),
    ("mlflow/get_registered_model", 200),
    ("mlflow/create_webhook", 200),
    ("mlflow/list_webhooks", 200),
    ("mlflow/list_folder", 200),
    ("mlflow/set_model_version_tag", 200),
    ("audit/list_records", 200),
]
APART = {
    "authorizer/token",
    "relay/batch",
    "sweep/scheduled",
    "approvals/cancel",
    "console_decisions/decide",
    "notifications/pending",
    "page/file",
    "registration_steps/open",
    "registration_steps/hash",
    "registration_steps/finish",
    "registration_steps/fail",
    "webhooks/announce",
    "webhooks/deliver",
    "webhooks/test",
}


class Sum:
    """A model that adds up each row."""

    def __init__(self, data: bytes) -> None:
        assert data == BYTES

    def predict(self, rows: Sequence[Sequence[float]]) -> list[object]:
        return [sum(row) for row in rows]


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> MemoryBackend:
    """One backend in memory for all functions."""
    memory = MemoryBackend(lambda: APPROVAL, lambda: NOW, Sum)
    monkeypatch.setattr(functions.http, "backend", lambda: memory)
    monkeypatch.setattr(functions.http, "now", lambda: NOW)
    monkeypatch.setattr(functions.steps, "now", lambda: NOW)
    monkeypatch.setattr(functions.mlflow.surface, "backend", lambda: memory)
    monkeypatch.setattr(functions.mlflow.surface, "now", lambda: NOW)
    for folder in {name.split("/")[0] for name in (*dict(WAY), *APART)} - {"page", "mlflow"}:
        monkeypatch.setattr(import_module(f"functions.{folder}.handler"), "backend", lambda: memory)
    return memory


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def answer(name: str) -> dict[str, Any]:
    """Give a sample to the function whose folder it is in."""
    handler: Callable[..., dict[str, Any]] = import_module(f"functions.{name.split('/')[0]}.handler").handler
    return handler(sample(name), None)


def walk(backend: MemoryBackend, until: str = "") -> dict[str, dict[str, Any]]:
    """Go the whole way, or up to a step, and return each step's answer."""
    answers = {}
    for name, expected in WAY:
        answers[name] = answer(name)
        assert expected in (answers[name].get("statusCode"), answers[name].get("outcome")), answers[name]
        if name == "tracking/begin_upload":
            backend.memory_objects.put(object_key("team", content_address([sha(BYTES)])), BYTES)
        if name == until:
            break
    return answers


def test_every_sample_is_read_by_the_code_it_is_for() -> None:
    present = {str(p.relative_to(SAMPLES).with_suffix("")) for p in SAMPLES.rglob("*.json")}
    assert {name for name in present if not name.startswith("bus/")} == {name for name, _ in WAY} | APART


def test_a_version_goes_from_a_script_to_its_endpoint(backend: MemoryBackend) -> None:
    answers = {name: each.get("body") for name, each in walk(backend).items()}
    version = json.loads(answers["registry/register_version"] or "")
    prediction = json.loads(answers["serving/invoke"] or "")
    assert version["metrics"] == {"mae": 47.5}
    assert (prediction["version"], len(prediction["outputs"])) == (1, 2)
    assert json.loads(answers["approvals/decide"] or "")["decisions"][0]["actor"]["person"] == "bob"
    assert json.loads(answers["deployments/rollback"] or "")["code"] == "conflict"


def test_the_story_says_what_the_samples_of_the_bus_say(backend: MemoryBackend) -> None:
    walk(backend)
    told = {e.detail_type: e.detail for e in backend.memory_models.events}
    assert set(told) == set(DetailType) - {DetailType.APPROVAL_REMINDED}
    for kind in told:
        on_the_bus = sample(f"bus/{kind.replace(' ', '')}")["detail"]
        assert told[kind].data.model_dump(mode="json") == on_the_bus["data"], kind
        for name in ("actor", "project", "subject", "sequence", "causation_id"):
            shown = told[kind].metadata.model_dump(mode="json")[name]
            assert shown == on_the_bus["metadata"][name], f"{kind}: {name}"


def test_an_event_leads_back_to_the_request_whose_id_the_caller_and_the_logs_have(
    backend: MemoryBackend,
) -> None:
    walk(backend)
    told = {e.detail_type: e.detail.metadata.correlation_id for e in backend.memory_models.events}
    requests = {
        DetailType.VERSION_REGISTERED: "registry/register_version",
        DetailType.APPROVAL_REQUESTED: "registry/request_promotion",
    }
    for kind, name in requests.items():
        assert told[kind] == sample(name)["requestContext"]["requestId"], kind


def test_an_event_that_was_forged_starts_nothing(backend: MemoryBackend) -> None:
    walk(backend, until="approval_steps/apply")
    steps = import_module("functions.deployment_steps.handler")
    true = sample("deployment_steps/open")
    for field, value in {"version": 2, "manifest_digest": "0" * 64, "approval_id": "0" * 32}.items():
        data = true["detail"]["data"] | {field: value}
        VersionApproved.model_validate(data)
        forged = true | {"detail": true["detail"] | {"data": data}}
        assert steps.handler(forged, None)["outcome"] == "ignore"


@pytest.mark.parametrize(
    "detail", [{}, {"data": {}}, {"metadata": {"schema_version": 2}, "data": {}}], ids=str
)
def test_an_event_that_does_not_fit_its_schema_is_ignored(
    backend: MemoryBackend, detail: dict[str, Any]
) -> None:
    steps = import_module("functions.deployment_steps.handler")
    opened = steps.handler(sample("deployment_steps/open") | {"detail": detail}, None)
    assert opened["outcome"] == "ignore"


def test_the_callback_of_a_decided_approval_is_not_waited_for(backend: MemoryBackend) -> None:
    walk(backend, until="approvals/decide")
    steps = import_module("functions.approval_steps.handler")
    with pytest.raises(steps.AlreadyDecidedError):
        answer("approval_steps/ask")


@pytest.mark.parametrize("folder", ["approval_steps", "deployment_steps", "registration_steps"])
def test_a_step_that_does_not_fit_shows_nothing_of_its_input(folder: str, backend: MemoryBackend) -> None:
    steps = import_module(f"functions.{folder}.handler")
    for step in ("ask", "open", "verify"):
        with pytest.raises(ValueError, match="validation error") as refused:
            steps.handler({"step": step, "task_token": "a secret callback", "detail": "a secret"}, None)
        assert "secret" not in str(refused.value)


def test_a_callback_is_neither_answered_nor_logged(backend: MemoryBackend, log: StringIO) -> None:
    answers = walk(backend)
    token = sample("approval_steps/ask")["task_token"]
    assert backend.workflows.woken == [token]
    assert log.getvalue()
    assert token not in log.getvalue() + json.dumps(answers)


def test_the_relay_sends_events_and_leaves_the_rest(backend: MemoryBackend, log: StringIO) -> None:
    assert answer("relay/batch") == {"batchItemFailures": []}
    (event,) = backend.bus.events
    assert event.detail_type is DetailType.APPROVAL_REQUESTED
    assert "an outbox item cannot be read" in log.getvalue()


def test_the_relay_asks_again_for_what_the_bus_refused(backend: MemoryBackend) -> None:
    (good, *_) = sample("relay/batch")["Records"]
    assert good["dynamodb"]["Keys"]["PK"]["S"].startswith(OUTBOX_PREFIX)
    backend.bus.refusing = {good["dynamodb"]["Keys"]["SK"]["S"]}
    failures = [{"itemIdentifier": good["dynamodb"]["SequenceNumber"]}]
    assert answer("relay/batch") == {"batchItemFailures": failures}


def test_the_sweep_does_what_is_due(backend: MemoryBackend) -> None:
    walk(backend, until="registry/request_promotion")
    backend.workflows.executions.clear()
    backend.outbox.waiting = {e.detail.metadata.event_id: e for e in backend.memory_models.events}
    swept = answer("sweep/scheduled")
    assert swept["anchored"] == 4, "the chains of the model, two projects and the installation"
    assert answer("sweep/scheduled")["anchored"] == 0


def test_the_sweep_ends_badly_when_a_person_has_to_look(backend: MemoryBackend) -> None:
    sweep = import_module("functions.sweep.handler")
    backend.outbox.unreadable = ("a-bad-record",)
    with pytest.raises(sweep.UnfinishedError, match="a-bad-record"):
        answer("sweep/scheduled")


def test_who_asked_takes_it_back_and_the_workflow_is_woken(backend: MemoryBackend) -> None:
    walk(backend, until="approval_steps/ask")
    assert json.loads(answer("approvals/cancel")["body"])["status"] == "cancelled"
    assert answer("approval_steps/apply")["outcome"] == "closed"


def test_an_operator_sees_what_a_waiting_execution_is_about(backend: MemoryBackend) -> None:
    request = walk(backend, until="approval_steps/evaluate")["approval_steps/evaluate"]["request"]
    assert (request["model"], request["version"], request["to_stage"]) == ("diabetes", 1, "production")
    assert (request["requested_by"], request["baseline"]) == ("ann", None)
    assert request["metrics"] == {"mae": {"version": 47.5, "baseline": None}}
    assert {rule["holds"] for rule in request["rules"]} == {True}
    assert request["card"]["datasets"][0]["name"] == "diabetes"
    assert request["expires_at"] > request["requested_at"]
    json.dumps(request, allow_nan=False)


def test_actors_that_the_input_names_are_not_believed(backend: MemoryBackend) -> None:
    walk(backend, until="approval_steps/ask")
    assert answer("console_decisions/decide")["outcome"] == "wait"
    backend.trail.records = [record_of("arn:aws:iam::123456789012:user/bob")]
    decided = answer("console_decisions/decide")
    assert (decided["outcome"], decided["decided_by"], decided["status"]) == ("decided", "bob", "approved")


@pytest.mark.parametrize("request_", [{}, [], "approve", {"project": "team"}, None], ids=str)
def test_an_input_that_names_no_decision_decides_nothing(backend: MemoryBackend, request_: Any) -> None:
    walk(backend, until="approval_steps/ask")
    deciding = import_module("functions.console_decisions.handler")
    refused = deciding.handler(sample("console_decisions/decide") | {"request": request_}, None)
    assert (refused["outcome"], refused["code"]) == ("refused", "invalid_request")
    assert backend.trail.asked == []


def test_people_are_told_and_once_it_is_decided_no_more(backend: MemoryBackend) -> None:
    walk(backend, until="approval_steps/ask")
    assert answer("notifications/pending") == {"told": True}
    (letter,) = backend.mail.sent
    assert (letter.kind, letter.to, letter.subject) == (
        "pending", ("approvers",), "lineal: decide: diabetes 1 for production",
    )  # fmt: skip
    assert f"https://api/page#/team/approvals/{APPROVAL}" in letter.text
    answer("approvals/decide")
    assert answer("notifications/pending") == {"told": False}


def test_an_event_that_comes_twice_is_told_once(backend: MemoryBackend) -> None:
    walk(backend, until="approval_steps/ask")
    assert [answer("notifications/pending")["told"] for _ in range(2)] == [True, False]
    assert len(backend.mail.sent) == 1


def test_mail_that_cannot_go_out_is_tried_again_and_holds_nothing_up(backend: MemoryBackend) -> None:
    walk(backend, until="approval_steps/ask")
    backend.mail.down = True
    with pytest.raises(UnavailableError):
        answer("notifications/pending")
    backend.mail.down = False
    assert answer("notifications/pending") == {"told": True}
    assert answer("approvals/decide")["statusCode"] == 200
    assert answer("approval_steps/apply")["outcome"] == "applied"


def test_webhooks_are_queued_sent_and_brought_back(backend: MemoryBackend) -> None:
    walk(backend, until="mlflow/set_model_version_tag")
    assert answer("webhooks/announce") == {"batchItemFailures": []}
    assert [notice.event for notice in backend.notices] == ["model_version_tag.set"]
    again = {"batchItemFailures": [{"itemIdentifier": "059f36b4-87a3-44ab-83d2-661975830a7d"}]}
    backend.sent.answers.append(503)
    assert (answer("webhooks/deliver"), len(backend.notices.rests)) == (again, 1)
    assert answer("webhooks/deliver") == {"batchItemFailures": []}
    assert answer("webhooks/test") == {"success": True, "status": 200, "body": "thanks", "error": ""}
    assert {headers["X-MLflow-Signature"][:3] for _, headers, _ in backend.sent} == {"v1,"}


def test_a_test_of_a_webhook_there_is_not_finds_none(backend: MemoryBackend) -> None:
    assert answer("webhooks/test") is None


@pytest.mark.parametrize(
    "body",
    [
        "", "null", "[]", "{}", "{", '{"project": "team"}',
        '{"detail-type": "Model Created", "source": "evil"}',
        '{"detail-type": "Something", "source": "lineal", "detail": {}}',
    ],
)  # fmt: skip
def test_a_message_that_cannot_be_read_comes_until_the_queue_gives_it_up(
    backend: MemoryBackend, body: str
) -> None:
    webhooks = import_module("functions.webhooks.handler")
    (record,) = sample("webhooks/deliver")["Records"]
    said = webhooks.handler({"Records": [record | {"body": body}]}, None)
    assert said == {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    assert not backend.sent


@pytest.mark.parametrize(
    "changed",
    [
        {"detail-type": "Something Else"},
        {"detail": {}},
        {"detail": None},
        {"detail-type": "Model Version Registered"},
    ],
    ids=str,
)
def test_an_event_that_is_none_of_ours_is_told_to_nobody(
    backend: MemoryBackend, changed: dict[str, Any]
) -> None:
    notifications = import_module("functions.notifications.handler")
    assert notifications.handler(sample("notifications/pending") | changed, None) == {"told": False}
    assert backend.mail.sent == []


def test_the_gateway_is_told_whose_a_token_is_and_nobody_else_hears_of_it(
    backend: MemoryBackend, log: StringIO
) -> None:
    assert answer("authorizer/token") == {"isAuthorized": False, "context": {}}
    answers = walk(backend, until="tokens/create_token")
    told = answer("authorizer/token")
    shown_to_tracking = sample("tracking/who_am_i_by_token")["requestContext"]["authorizer"]["lambda"]
    assert told == {"isAuthorized": True, "context": shown_to_tracking}
    secret = sample("authorizer/token")["identitySource"][0].removeprefix("Bearer ")
    assert log.getvalue()
    assert secret not in log.getvalue() + json.dumps(answers) + json.dumps(told)


def test_a_twin_is_opened_by_a_token_alone_and_a_route_by_a_signature_alone(backend: MemoryBackend) -> None:
    from functions.tracking.handler import handler

    walk(backend, until="tracking/who_am_i_by_token")
    by_token, signed = sample("tracking/who_am_i_by_token"), sample("tracking/create_run")
    swapped = {"authorizer": signed["requestContext"]["authorizer"]}
    crossed = by_token | {"requestContext": by_token["requestContext"] | swapped}
    assert handler(crossed, None)["statusCode"] == 401
    swapped = {"authorizer": by_token["requestContext"]["authorizer"]}
    crossed = signed | {"requestContext": signed["requestContext"] | swapped}
    assert handler(crossed, None)["statusCode"] == 403
