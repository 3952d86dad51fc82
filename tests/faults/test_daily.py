"""Each call of what admins and MLflow's clients change refused, unanswered, doubled or its last."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from lineal_contract.audit import GENESIS
from lineal_contract.mlflow import model_version_endpoints, registered_model_endpoints, webhook_endpoints
from lineal_contract.mlflow.endpoint import Endpoint
from lineal_contract.routes.table import ROUTES
from tests.builders import PROJECT
from tests.faults.cloud import Cloud, cloud_of
from tests.faults.daily import ADMINISTRATION, MLFLOW, Request
from tests.faults.outcome import check_whole, outcome
from tests.faults.story import log_runs
from tests.faults.test_every_call import EVERYTHING
from tests.faults.wire import Fault

_ALL = 1_000
_MODULES = (model_version_endpoints, registered_model_endpoints, webhook_endpoints)
_CHANGELESS = {webhook_endpoints.TEST_WEBHOOK.name}


@pytest.fixture
def cloud(_ambient: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    with cloud_of(monkeypatch) as made:
        log_runs(made)
        yield made


def test_every_change_is_asked_for() -> None:
    asked = {request.what.name for request in (*ADMINISTRATION, *MLFLOW)}
    found = [each for module in _MODULES for each in vars(module).values() if isinstance(each, Endpoint)]
    changes = {e.name for e in found if e.method != "GET" and not e.reads} - _CHANGELESS
    changes |= {r.name for r in ROUTES if r.function in ("admin", "tokens") and r.method != "GET"}
    assert asked == changes


@pytest.mark.parametrize("story", [ADMINISTRATION, MLFLOW], ids=["administration", "mlflow"])
def test_no_fault_of_any_call_leaves_anything_half_done(cloud: Cloud, story: Sequence[Request]) -> None:
    for request in story:
        before = cloud.save()
        cloud.wire.restart({})
        answer = request.ask(cloud)
        assert answer["statusCode"] == request.status, (request.what.name, answer)
        calls, after = cloud.wire.calls, cloud.save()
        expected = state(cloud)
        for place, fault in faults(calls):
            cloud.load(before)
            cloud.wire.restart({place: fault})
            status = request.ask(cloud)["statusCode"]
            cloud.wire.restart({})
            try:
                check(cloud)
                if not (request.nameless and fault is Fault.KILLED):
                    assert state(cloud) == expected
                    assert status == request.status, "who repeats a request is told that it is done"
            except AssertionError as error:
                shown = f"{request.what.name}, {place} {calls[place]} {fault.name}"
                raise AssertionError(f"{shown}: {error}") from error
        cloud.load(after)


def faults(calls: Sequence[str]) -> Iterator[tuple[int, Fault]]:
    """Yield every fault of every call; where it has to be quick, those of the transactions."""
    for place, call in enumerate(calls):
        if EVERYTHING or "transact_write" in call:
            yield from ((place, fault) for fault in Fault)


def state(cloud: Cloud) -> dict[str, Any]:
    """Return all that has to come out the same."""
    backend = cloud.backend()
    people, projects = backend.people_administration, backend.project_administration
    rules = backend.rules_administration
    return outcome(cloud) | {
        "people": [
            (p.person_id, p.identities, p.removed_at is None) for p in people.list_people(_ALL, None).items
        ],
        "projects": [
            (p.project, p.description, p.retention, p.mlflow)
            for p in projects.list_projects(_ALL, None).items
        ],
        "members": [(m.person, m.roles) for m in projects.members(PROJECT, _ALL, None).items],
        "policy": rules.policy(PROJECT),
        "quota": rules.quotas.quota(PROJECT),
        "tokens": [
            (t.token_id, t.revoked_at is None) for t in backend.tokens.list(PROJECT, None, _ALL, None).items
        ],
        "webhooks": [
            (w.name, w.revision, w.deleted_at is None) for w in backend.webhooks.store.list(PROJECT)
        ],
        "secrets": Counter(str(item.get("secret")) for item in cloud.items(f"P#{PROJECT}#")),
        "trails": {name: [r.action for r in trail(cloud, name)] for name in _trails()},
    }


def check(cloud: Cloud) -> None:
    """Fail if anything is half done, by the records alone."""
    check_whole(cloud)
    for name in _trails():
        records, end = trail(cloud, name), cloud.backend().trails.head(name)
        assert [r.sequence for r in records] == list(range(1, end.sequence + 1))
        assert [r.previous for r in records] == [GENESIS, *(r.digest for r in records)][: len(records)]
        assert all(r.digest == r.computed_digest() for r in records)
        assert end.digest == (records[-1].digest if records else GENESIS)


def trail(cloud: Cloud, name: str) -> Sequence[Any]:
    """Return the records of a trail."""
    return cloud.backend().trails.records(name, 0, _ALL)


def _trails() -> tuple[str, ...]:
    return PROJECT, "beta", ""
