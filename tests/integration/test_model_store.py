"""What every `ModelStore` promises: the fake and the adapter, the same tests."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from functions.adapters.dynamo import Table
from functions.adapters.models import DynamoModels
from functions.adapters.records import DynamoPolicies
from functions.core.audit.trails import Note
from functions.core.causes import KEPT_SECONDS, Said
from functions.core.deployments import deploying
from functions.core.errors import InvalidRequestError, NotFoundError, StaleError
from functions.core.in_force import policy_ref
from functions.core.ledger import Carried, Change, Draft, ModelHead, Move
from functions.core.models.registering import new_head
from functions.core.ports.audit import Entry, TrailHead
from functions.core.ports.registry import ModelStore, Policies
from functions.core.registrations import Registration
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.cards import CardRevision, ModelCard
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.policies import Policy, Stage
from tests import builders
from tests.builders import MODEL, NOW, PROJECT
from tests.fakes.models import MemoryModels
from tests.fakes.records import MemoryPolicies


@pytest.fixture(params=["memory", "dynamo"])
def stores(request: pytest.FixtureRequest) -> tuple[ModelStore, Policies]:
    if request.param == "memory":
        policies = MemoryPolicies()
        return MemoryModels(policies), policies
    tables: dict[str, Table] = request.getfixturevalue("tables")
    return DynamoModels(tables["registry"]), DynamoPolicies(tables["registry"])


@pytest.fixture
def store(stores: tuple[ModelStore, Policies]) -> ModelStore:
    return stores[0]


def commit(store: ModelStore, model: str = MODEL, **parts: Any) -> ModelHead:
    """Commit a change with one record on top of what is there; return the new head."""
    before = store.head(PROJECT, model)
    change = change_of(before, model, **parts)
    store.commit(before, change)
    return change.head


def change_of(before: ModelHead | None, model: str = MODEL, **parts: Any) -> Change:
    draft = Draft(before or new_head(PROJECT, model, builders.cause()), builders.cause())
    draft.record("test.changed", "test", note="a change")
    return replace(draft.change(), **parts)


def register(store: ModelStore, number: int = 1, **values: Any) -> None:
    version = builders.version(number, **values)
    commit(store, new_version=version, request_id=builders.hex_id(number))


def test_a_version_is_found_by_semantic_version_and_commit(store: ModelStore) -> None:
    register(store, 1, semver="1.0.0", commit="a" * 40)
    register(store, 2, semver="1.1.0-rc.1", commit="a" * 39 + "b")
    assert [store.by_semver(PROJECT, MODEL, s) for s in ("1.0.0", "1.1.0-rc.1", "1.1.0")] == [1, 2, None]
    assert sorted(store.by_commit(PROJECT, MODEL, "a" * 7)) == [("a" * 40, 1), ("a" * 39 + "b", 2)]
    assert store.by_commit(PROJECT, MODEL, "b" * 7) == []
    assert store.by_commit("another", MODEL, "a" * 7) == []


def test_a_semantic_version_is_given_once(store: ModelStore) -> None:
    register(store, 1, semver="1.0.0")
    with pytest.raises(StaleError):
        register(store, 2, semver="1.0.0")
    assert store.versions(PROJECT, MODEL, 10, None).items[0].version == 1


def test_a_version_that_moves_and_is_edited_is_written_once(store: ModelStore) -> None:
    register(store, 1)
    edited = builders.version(1, tags={"a": "b"}, status=VersionStatus.RETIRED, status_reason="old")
    moves = (Move(1, Stage.STAGING), Move(1, Stage.ARCHIVED, builders.hex_id(7)))
    commit(store, edits=(edited,), moves=moves)
    found = store.version(PROJECT, MODEL, 1)
    assert (found.tags, found.status, found.stage) == ({"a": "b"}, VersionStatus.RETIRED, Stage.ARCHIVED)
    assert found.approved_by_approval == builders.hex_id(7)
    assert found.manifest == edited.manifest


def test_what_is_not_there_is_not_edited(store: ModelStore) -> None:
    register(store, 1)
    with pytest.raises(StaleError):
        commit(store, edits=(builders.version(2),))


def test_a_model_that_was_never_written_has_no_head(store: ModelStore) -> None:
    assert store.head(PROJECT, MODEL) is None


def test_a_head_is_read_as_it_was_committed(store: ModelStore) -> None:
    head = replace(
        commit(store),
        revision=2,
        aliases={"champion": 1},
        open_approvals={"1:staging": "x"},
        production_version=1,
    )
    before = store.head(PROJECT, MODEL)
    store.commit(before, replace(change_of(before), head=head))
    assert store.head(PROJECT, MODEL) == head


def test_what_was_decided_on_an_older_head_is_refused_whole(store: ModelStore) -> None:
    register(store)
    stale = store.head(PROJECT, MODEL)
    commit(store)
    present = store.head(PROJECT, MODEL)
    assert present is not None
    change = replace(
        change_of(stale),
        new_version=builders.version(2),
        request_id=builders.hex_id(2),
        moves=(Move(1, Stage.PRODUCTION, "approval"),),
        approval=builders.approval(),
        deployments=(builders.deployment(),),
        endpoint=builders.endpoint(),
    )
    with pytest.raises(StaleError):
        store.commit(stale, change)
    assert store.head(PROJECT, MODEL) == present
    assert store.version(PROJECT, MODEL, 1).stage is Stage.DEVELOPMENT
    assert len(store.audit(PROJECT, MODEL, 0, 100)) == present.audit_sequence
    assert store.registered(PROJECT, builders.hex_id(2)) is None
    assert store.endpoint(PROJECT, MODEL) is None
    assert store.deployments(PROJECT, MODEL, 10, None).items == ()
    for missing in (
        lambda: store.version(PROJECT, MODEL, 2),
        lambda: store.approval(PROJECT, builders.approval().approval_id),
    ):
        with pytest.raises(NotFoundError):
            missing()


def test_the_revision_alone_refuses_what_was_decided_on_an_older_head(store: ModelStore) -> None:
    stale = commit(store)
    present = commit(store)
    with pytest.raises(StaleError):
        store.commit(stale, change_of(present))  # its audit record is a new one and would be no obstacle
    assert store.head(PROJECT, MODEL) == present


def test_an_audit_record_is_never_written_over(store: ModelStore) -> None:
    first = commit(store)
    commit(store)
    before = store.head(PROJECT, MODEL)
    with pytest.raises(StaleError):
        store.commit(before, replace(change_of(first), head=replace(first, revision=9)))
    assert store.head(PROJECT, MODEL) == before
    assert [r.sequence for r in store.audit(PROJECT, MODEL, 0, 9)] == [1, 2]


def test_two_first_versions_of_a_model_cannot_both_be_made(store: ModelStore) -> None:
    first, second = change_of(None), change_of(None)
    store.commit(None, first)
    with pytest.raises(StaleError):
        store.commit(None, second)
    assert store.head(PROJECT, MODEL) == first.head


def test_a_head_that_is_not_there_cannot_be_changed(store: ModelStore) -> None:
    imagined = builders.head(revision=3)
    with pytest.raises(StaleError):
        store.commit(imagined, change_of(imagined))


def test_a_request_id_is_used_once_even_by_another_model(store: ModelStore) -> None:
    register(store)
    registered = store.registered(PROJECT, builders.hex_id(1))
    assert registered is not None
    change = change_of(None, "another", new_version=None, request_id=builders.hex_id(1))
    with pytest.raises(StaleError):
        store.commit(None, change)
    assert store.head(PROJECT, "another") is None
    assert store.registered(PROJECT, builders.hex_id(1)) == registered


def test_what_a_request_said_is_kept_with_its_change_and_said_once(store: ModelStore) -> None:
    said = Said(builders.hex_id(5), "a" * 64, made="3")
    commit(store, said=said)
    assert store.said(PROJECT, said.request_id) == said
    assert store.said("others", said.request_id) is None
    before = store.head(PROJECT, MODEL)
    with pytest.raises(StaleError):
        store.commit(before, change_of(before, said=said))
    assert store.head(PROJECT, MODEL) == before


def test_a_request_is_forgotten_after_its_time_though_it_is_there_still(store: ModelStore) -> None:
    ends = NOW // 1000 + KEPT_SECONDS
    said = Said(builders.hex_id(5), "a" * 64, made="3", expires_at=ends)
    commit(store, said=said)
    kept = store.said(PROJECT, said.request_id)
    assert kept is not None
    assert kept.expires_at == ends
    before = store.head(PROJECT, MODEL)
    with pytest.raises(StaleError):
        store.commit(before, change_of(before, said=replace(said, expires_at=ends + KEPT_SECONDS - 1)))
    assert store.head(PROJECT, MODEL) == before
    again = replace(said, digest="b" * 64, expires_at=ends + KEPT_SECONDS)
    store.commit(before, change_of(before, said=again))
    assert store.said(PROJECT, said.request_id) == again


def test_a_request_that_changed_nothing_is_remembered(store: ModelStore) -> None:
    said = Said(builders.hex_id(6), "b" * 64)
    for _ in range(2):
        store.remember(PROJECT, said)
    assert store.said(PROJECT, said.request_id) == said
    assert store.registered(PROJECT, said.request_id) is None


def entry(number: int) -> Entry:
    """Return the first or the second record of the project's trail."""
    first = Note(TrailHead(PROJECT), builders.cause()).entry("test.changed", "test")
    end = TrailHead(PROJECT, 1, first.record.digest)
    return first if number == 1 else Note(end, builders.cause()).entry("test.changed", "test")


def test_a_change_under_rules_that_are_no_longer_in_force_is_refused(
    stores: tuple[ModelStore, Policies],
) -> None:
    store, policies = stores
    digest = builders.POLICY.digest()
    commit(store, policy_digest=digest)  # without rules of its own, a project has the built-in ones
    policies.put(PROJECT, builders.POLICY, entry(1))
    commit(store, policy_digest=digest)
    policies.put(PROJECT, Policy(name="free", stages={}), entry(2))
    before = store.head(PROJECT, MODEL)
    with pytest.raises(StaleError):
        store.commit(before, change_of(before, policy_digest=digest, new_version=builders.version(1)))
    assert store.head(PROJECT, MODEL) == before
    assert store.versions(PROJECT, MODEL, 1, None).items == ()


def test_a_version_is_read_as_it_was_registered(store: ModelStore) -> None:
    register(store, metrics={"mae": 0.1, "loss": float("inf")}, tags={"a": "ä"})
    expected = builders.version(metrics={"mae": 0.1, "loss": float("inf")}, tags={"a": "ä"})
    assert store.version(PROJECT, MODEL, 1) == expected


def test_a_metric_that_is_not_a_number_survives(store: ModelStore) -> None:
    register(store, metrics={"mae": float("nan")})
    assert repr(store.version(PROJECT, MODEL, 1).metrics) == "{'mae': nan}"


def test_moving_a_version_changes_its_stage_and_keeps_its_approval(store: ModelStore) -> None:
    register(store)
    commit(store, moves=(Move(1, Stage.PRODUCTION, "approval"),))
    commit(store, moves=(Move(1, Stage.ARCHIVED),))
    moved = store.version(PROJECT, MODEL, 1)
    assert (moved.stage, moved.approved_by_approval) == (Stage.ARCHIVED, "approval")
    assert moved.manifest == builders.version().manifest


def test_a_version_that_is_not_there_cannot_move(store: ModelStore) -> None:
    register(store)
    before = store.head(PROJECT, MODEL)
    with pytest.raises(StaleError):
        store.commit(before, change_of(before, moves=(Move(2, Stage.STAGING),)))
    assert store.head(PROJECT, MODEL) == before


def test_an_approval_is_replaced_by_its_next_state(store: ModelStore) -> None:
    commit(store, approval=builders.approval(status=ApprovalStatus.REQUESTED))
    commit(store, approval=builders.approval(status=ApprovalStatus.PENDING))
    (approval,) = store.approvals(PROJECT, 10, None).items
    assert approval == store.approval(PROJECT, approval.approval_id) == builders.approval()


def test_an_endpoint_and_its_deployments_are_written_together(store: ModelStore) -> None:
    live = builders.deployment(1)
    step = deploying.switch(replace(commit(store), production_version=1), live, None, None, builders.cause())
    assert step.change is not None
    store.commit(store.head(PROJECT, MODEL), step.change)
    endpoint = store.endpoint(PROJECT, MODEL)
    assert endpoint is not None
    assert store.deployment(PROJECT, MODEL, endpoint.deployment_id) == step.change.deployments[0]
    assert store.endpoints(PROJECT, 10, None).items == (endpoint,)
    assert store.deployment(PROJECT, MODEL, builders.hex_id(404)) is None


def test_the_audit_trail_is_read_in_order_from_anywhere(store: ModelStore) -> None:
    for _ in range(12):
        commit(store)
    records = store.audit(PROJECT, MODEL, 0, 100)
    assert [r.sequence for r in records] == list(range(1, 13))
    assert all(r.previous == p.digest for p, r in pairwise(records))
    assert all(r.digest == r.computed_digest() for r in records)
    assert [r.sequence for r in store.audit(PROJECT, MODEL, 9, 2)] == [10, 11]
    assert store.audit(PROJECT, MODEL, 12, 2) == []


def test_lists_come_in_pages_that_lose_and_repeat_nothing(store: ModelStore) -> None:
    for number in range(1, 6):
        register(store, number)
        commit(store, approval=builders.approval(number), deployments=(builders.deployment(number),))
        commit(store, f"model-{number}")
    versions = [v.version for v in pages(lambda t: store.versions(PROJECT, MODEL, 2, t))]
    approvals = [a.version for a in pages(lambda t: store.approvals(PROJECT, 2, t))]
    deployments = [d.version for d in pages(lambda t: store.deployments(PROJECT, MODEL, 2, t))]
    models = [h.model for h in pages(lambda t: store.heads(PROJECT, 2, t))]
    assert versions == approvals == deployments == [5, 4, 3, 2, 1]
    assert models == [MODEL, *(f"model-{n}" for n in range(1, 6))]


def pages(read: Any) -> list[Any]:
    items, token = [], None
    while True:
        page = read(token)
        assert 0 < len(page.items) <= 2
        items += page.items
        token = page.next_page_token
        if token is None:
            return items


def test_a_page_token_of_another_project_or_model_is_refused(store: ModelStore) -> None:
    for number in range(1, 4):
        register(store, number)
    token = store.versions(PROJECT, MODEL, 1, None).next_page_token
    for project, model in (("others", MODEL), (PROJECT, "another")):
        with pytest.raises(InvalidRequestError):
            store.versions(project, model, 1, token)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "%%%",
        "ä",
        "bnVsbA",
        "e30",
        "eyJhZnRlciI6IDF9",
        "eyJhZnRlciI6ICIifQ",
        "W10",
        "eyJhZnRlciI6ICJcdWQ4MDAifQ",
    ],
)
def test_a_page_token_that_is_none_of_ours_is_refused(store: ModelStore, token: str) -> None:
    with pytest.raises(InvalidRequestError):
        store.versions(PROJECT, MODEL, 1, token)


def test_projects_do_not_see_one_another(store: ModelStore) -> None:
    register(store)
    commit(store, approval=builders.approval())
    assert store.head("others", MODEL) is None
    assert store.approvals("others", 10, None).items == ()
    assert store.registered("others", builders.hex_id(1)) is None
    with pytest.raises(NotFoundError):
        store.version("others", MODEL, 1)


def test_a_policy_reference_is_kept_with_the_approval(store: ModelStore) -> None:
    commit(store, approval=builders.approval())
    approval = store.approval(PROJECT, builders.approval().approval_id)
    assert approval.policy == policy_ref(builders.POLICY)


def test_a_pending_version_is_completed_in_its_place(store: ModelStore) -> None:
    commit(store)
    unknown = {"status": VersionStatus.PENDING, "manifest": (), "manifest_digest": "", "artifact_digest": ""}
    complete = builders.version()
    asked = Registration(
        registration_id=builders.hex_id(7), project=PROJECT, model=MODEL, version=complete.version,
        plan_digest=complete.manifest_digest, execution_arn="arn:1", requested_at=1,
    )  # fmt: skip
    with pytest.raises(NotFoundError):
        store.registration(PROJECT, asked.registration_id)
    commit(store, new_version=complete.model_copy(update=unknown), registration=asked)
    assert store.registration(PROJECT, asked.registration_id) == asked
    assert store.version(PROJECT, MODEL, complete.version).status is VersionStatus.PENDING
    commit(store, completed=complete, signature="signed")
    assert store.version(PROJECT, MODEL, complete.version) == complete
    assert store.signature(PROJECT, MODEL, complete.version) == "signed"


def test_what_was_never_pending_is_not_completed(store: ModelStore) -> None:
    commit(store)
    with pytest.raises(StaleError):
        commit(store, completed=builders.version())


def test_two_heads_are_committed_together_or_not_at_all(store: ModelStore) -> None:
    register(store)
    before = store.head(PROJECT, MODEL)
    version = builders.version(1).model_copy(
        update={"model": "another", "semver": "1.0.0", "commit": "a" * 40}
    )
    written = ModelCard(intended_use="triage")
    card = CardRevision(
        model="another",
        version=1,
        revision=1,
        digest=written.digest(),
        card=written,
        written_by=builders.ANN,
        written_at=builders.NOW,
    )
    carried = Carried(version, "a bundle", (card,))
    old, new = (
        change_of(before, new_version=None),
        change_of(None, "another", new_version=None, carried=(carried,)),
    )
    with pytest.raises(StaleError):
        store.commit_together((None, old), (None, new))
    assert (store.head(PROJECT, MODEL), store.head(PROJECT, "another")) == (before, None)
    assert store.versions(PROJECT, "another", 10, None).items == ()
    store.commit_together((before, old), (None, new))
    assert (store.head(PROJECT, MODEL), store.head(PROJECT, "another")) == (old.head, new.head)
    assert store.versions(PROJECT, "another", 10, None).items == (version,)
    assert store.card(PROJECT, "another", 1, card.revision) == card
    assert store.signature(PROJECT, "another", 1) == "a bundle"
    assert store.by_semver(PROJECT, "another", "1.0.0") == 1
    assert store.by_commit(PROJECT, "another", "aaaaaaa") == [("a" * 40, 1)]
