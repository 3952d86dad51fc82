"""Versions of sources that take long, from the request to the end of their workflow, on stores in memory."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import functions.registration_steps.handler as steps
from functions.core.errors import NotReadyError, UnavailableError
from functions.core.models.resuming import GRACE, MAX_RESTARTS
from functions.core.objects.manifests import whole
from functions.core.objects.plans import SHARE_FILES, SMALL_FILES
from functions.core.ports.workflows import Execution
from lineal_contract.artifacts import MAX_INLINE_FILES
from lineal_contract.lifecycle import ChangeLifecycle, LifecycleAction, VersionStatus
from lineal_contract.registry import ModelVersion
from tests.builders import cause, sha
from tests.unit.functions.mlflow_server import Server, server

__all__ = ["server"]

FILES = SMALL_FILES + 1
SOURCE = {"name": "m", "source": "mlflow-artifacts:/0/big"}
ONE = {"name": "m", "version": "1"}


class Registering:
    """A version that waits, and its workflow, gone through by hand."""

    def __init__(self, server: Server) -> None:
        self.server, self.backend = server, server.backend

    @property
    def id(self) -> str:
        (name,) = {name for _, name, _ in self.backend.registration_plans.documents}
        return name

    def step(self, step: str, **given: Any) -> dict[str, Any]:
        asked = {"step": step, "project": "team", "registration_id": self.id, "execution_arn": "arn:1"}
        return steps.handler(asked | given, None)

    def work(self) -> list[str]:
        """Go through the workflow and return the outcomes."""
        opened = self.step("open")
        hashed = [self.step("hash", share=share)["outcome"] for share in opened["shares"]]
        return [opened["outcome"], *hashed, self.step("finish")["outcome"]]

    def version(self) -> ModelVersion:
        return self.backend.models.version("team", "m", 1)

    def shown(self) -> dict[str, Any]:
        found: dict[str, Any] = self.server.get("model-versions/get", ONE).json["model_version"]
        return found

    def actions(self) -> list[str]:
        return [record.action for record in self.backend.models.audit("team", "m", 0, 100)]

    def told(self) -> list[str]:
        return [event.detail_type.value for event in self.backend.memory_models.events]


def stage(server: Server, count: int = FILES) -> None:
    for number in range(count):
        server.backend.staging.write("team", f"0/big/{number:04}", b"%d" % (number % 3))


@pytest.fixture
def pending(server: Server, monkeypatch: pytest.MonkeyPatch) -> Registering:
    """A version of more files than are hashed while a client waits, asked for and no more."""
    monkeypatch.setattr(steps, "backend", lambda: server.backend)
    stage(server)
    server.post("registered-models/create", {"name": "m"})
    made = server.post("model-versions/create", SOURCE).json["model_version"]
    assert (made["version"], made["status"]) == ("1", "PENDING_REGISTRATION")
    return Registering(server)


def test_a_pending_version_says_so_and_is_announced_when_it_is_ready(pending: Registering) -> None:
    assert pending.shown()["status_message"] == f"{FILES} files, {FILES} bytes, are being hashed"
    assert pending.told() == ["Model Created"]
    assert pending.work() == ["hash", "hashed", "registered"]
    shown = pending.shown()
    assert (shown["status"], shown.get("status_message")) == ("READY", None)
    assert pending.told() == ["Model Created", "Model Version Registered"]
    assert pending.actions() == ["model.created", "version.requested", "version.registered"]
    version = pending.version()
    assert (version.count, version.manifest_object is not None) == (FILES, FILES > MAX_INLINE_FILES)


def test_every_step_may_come_twice_and_late(pending: Registering) -> None:
    assert pending.work()[-1] == "registered"
    before = pending.version()
    assert pending.step("finish")["outcome"] == "registered"
    assert (pending.step("open")["outcome"], pending.step("hash")["outcome"]) == ("over", "over")
    assert pending.step("fail", error={"Error": "States.Timeout"})["outcome"] == "failed"
    assert pending.version() == before, "what is complete does not fail any more"
    assert len(pending.told()) == 2


def test_the_number_counts_at_once_and_the_newest_is_one_that_is_there(pending: Registering) -> None:
    pending.server.call("PUT", "api/2.0/mlflow-artifacts/artifacts/0/small/a", "x")
    small = pending.server.post("model-versions/create", SOURCE | {"source": "mlflow-artifacts:/0/small"})
    assert (small.json["model_version"]["version"], small.json["model_version"]["status"]) == ("2", "READY")
    pending.server.post("model-versions/create", SOURCE)
    assert pending.backend.registry.version("team", "m", "latest").version == 2
    (newest,) = pending.server.post("registered-models/get-latest-versions", {"name": "m"}).json[
        "model_versions"
    ]
    assert newest["version"] == "2"
    found = pending.server.get("model-versions/search", {"filter": "name = 'm'"}).json["model_versions"]
    assert [each["version"] for each in found] == ["3", "2", "1"]


def test_later_writes_to_the_path_do_not_change_what_was_asked_for(pending: Registering) -> None:
    pending.backend.staging.write("team", "0/big/0000", b"later")
    pending.backend.staging.write("team", "0/big/more", b"later")
    assert pending.work()[-1] == "registered"
    files = {each.path: each.object for each in whole(pending.version(), pending.backend.objects).manifest}
    assert (files["0000"].sha256, files["0000"].version_id, len(files)) == (sha(b"0"), "1", FILES)


REFUSED: dict[str, Callable[[Server], Any]] = {
    "transition": lambda s: s.post("model-versions/transition-stage", ONE | {"stage": "Staging"}),
    "archive": lambda s: s.post("model-versions/transition-stage", ONE | {"stage": "Archived"}),
    "download": lambda s: s.get("model-versions/get-download-uri", ONE),
    "read": lambda s: s.call("GET", "api/2.0/mlflow-artifacts/artifacts/_versions/m/1/0000"),
    "copy": lambda s: s.post("model-versions/create", SOURCE | {"source": "models:/m/1"}),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("failed", [False, True])
def test_what_needs_bytes_is_refused_without_them(pending: Registering, name: str, failed: bool) -> None:
    if failed:
        pending.step("fail", error={"Error": "States.Timeout"})
    answer = REFUSED[name](pending.server)
    assert (answer.status, answer.code) == (409, "RESOURCE_CONFLICT"), answer.text
    assert f"version 1 is {'failed' if failed else 'pending'}: " in answer.text


@pytest.mark.parametrize("action", [a for a in LifecycleAction if a is not LifecycleAction.DELETE])
def test_its_life_has_not_begun(pending: Registering, action: LifecycleAction) -> None:
    asked = ChangeLifecycle(action=action, reason="early")
    with pytest.raises(NotReadyError):
        pending.backend.curating.change_lifecycle("team", "m", "1", asked, cause())
    assert pending.version().status is VersionStatus.PENDING


def test_an_alias_may_wait_for_it_and_not_point_at_what_failed(pending: Registering) -> None:
    alias = ONE | {"alias": "next"}
    assert pending.server.post("registered-models/alias", alias).status == 200
    pending.server.call("DELETE", "api/2.0/mlflow/registered-models/alias", {"name": "m", "alias": "next"})
    pending.step("fail", error={"Error": "States.Timeout"})
    assert pending.server.post("registered-models/alias", alias).code == "RESOURCE_CONFLICT"


def test_a_source_that_is_gone_fails_the_version_with_the_reason(pending: Registering) -> None:
    store = pending.backend.staging.store
    store.lose("projects/team/mlflow/0/big/0007")
    assert pending.work() == ["hash", "failed", "over"]
    shown = pending.shown()
    assert (shown["status"], "'0007'" in shown["status_message"]) == ("FAILED_REGISTRATION", True)
    assert pending.told()[1:] == ["Model Version Lifecycle Change"]
    assert pending.work() == ["over", "over"]


@pytest.mark.parametrize("what", ["version", "model"])
def test_who_deletes_it_meanwhile_gets_no_version(pending: Registering, what: str) -> None:
    pending.step("hash")
    path = {"version": "model-versions/delete", "model": "registered-models/delete"}[what]
    gone = pending.server.call(
        "DELETE", f"api/2.0/mlflow/{path}", ONE if what == "version" else {"name": "m"}
    )
    assert gone.status == 200, gone.text
    assert pending.step("finish")["outcome"] == "over"
    assert "Model Version Registered" not in pending.told()


def test_a_list_that_is_another_or_gone_fails_the_version(pending: Registering) -> None:
    documents = pending.backend.registration_plans.documents
    documents["team", pending.id, "plan.json"] += b" "
    assert pending.step("open")["outcome"] == "failed"
    assert "not the one that was asked for" in pending.shown()["status_message"]


def test_what_cannot_be_reached_now_is_tried_again(
    pending: Registering, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(wanted: Any) -> Any:
        raise UnavailableError("the object store is busy")

    with monkeypatch.context() as patched:
        patched.setattr(pending.backend.staging.store, "digests", broken)
        with pytest.raises(UnavailableError):
            pending.step("hash")
    assert pending.work()[-1] == "registered"


def test_work_is_shared_out_and_put_together(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "backend", lambda: server.backend)
    stage(server, 2 * SHARE_FILES + 1)
    server.post("registered-models/create", {"name": "m"})
    server.post("model-versions/create", SOURCE)
    registering = Registering(server)
    assert registering.work() == ["hash", "hashed", "hashed", "hashed", "registered"]
    found = registering.backend.manifests.objects
    document = registering.version().manifest_object
    assert document is not None
    assert sha(found.read(document)) == document.sha256


def test_nobody_has_to_start_what_could_not_be_started(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "backend", lambda: server.backend)
    runs = server.backend.registration_runs
    runs.down = True
    stage(server)
    server.post("registered-models/create", {"name": "m"})
    assert server.post("model-versions/create", SOURCE).status == 200
    runs.down = False
    registering = Registering(server)
    registered = registering.backend.models.registration("team", registering.id)
    due = registered.requested_at + GRACE
    assert replace(server.backend.resuming, clock=lambda: due - 1).restart_lost().count == 0
    assert replace(server.backend.resuming, clock=lambda: due).restart_lost().count == 1
    assert runs.executions == {registered.execution_arn: Execution.RUNNING}


def test_executions_that_end_half_way_are_replaced_some_times_and_then_given_up(
    pending: Registering,
) -> None:
    runs, resuming = pending.backend.registration_runs, pending.backend.resuming
    for number in range(MAX_RESTARTS):
        assert resuming.restart_lost().count == 0, "it runs"
        runs.executions[f"{next(iter(runs.executions)).rpartition('-')[0]}-{number + 1}"] = Execution.ENDED
        assert resuming.restart_lost().count == 1
    assert len(runs.executions) == MAX_RESTARTS + 1
    runs.executions = dict.fromkeys(runs.executions, Execution.ENDED)
    assert resuming.restart_lost().count == 1
    assert pending.shown()["status"] == "FAILED_REGISTRATION"
    assert resuming.restart_lost().count == 0
    assert pending.backend.memory_models.open_registrations == {}
    assert pending.actions().count("version.restarted") == MAX_RESTARTS
