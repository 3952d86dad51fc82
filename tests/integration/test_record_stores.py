"""The smaller stores: the fakes and the adapters, the same tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from functions.adapters.anchors import S3Anchors
from functions.adapters.dynamo import Table
from functions.adapters.models import DynamoModels
from functions.adapters.object_records import DynamoObjects
from functions.adapters.outbox import DynamoOpenWork
from functions.adapters.projects import DynamoProjects
from functions.adapters.records import DynamoPeople, DynamoPolicies
from functions.adapters.tokens import DynamoTokens
from functions.adapters.trails import DynamoTrails
from functions.adapters.workflows import DynamoTaskTokens
from functions.core.audit.trails import INSTALLATION, Note
from functions.core.causes import Said
from functions.core.errors import AlreadyExistsError, StaleError
from functions.core.ledger import Draft, ModelHead
from functions.core.ports.access import Projects, TokenStore
from functions.core.ports.audit import Anchors, Entry, Trails
from functions.core.ports.registry import ModelStore
from functions.core.ports.workflows import OpenWork
from lineal.governance.audit_chain import check
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.audit import AuditAnchor
from lineal_contract.people import Person
from lineal_contract.policies import Policy
from lineal_contract.projects import Member, Project, Retention
from lineal_contract.roles import Role
from lineal_contract.tokens import Token
from tests import aws, builders
from tests.builders import BOB, MODEL, NOW, PROJECT
from tests.fakes.access import MemoryProjects, MemoryTokenStore
from tests.fakes.models import MemoryModels
from tests.fakes.objects import MemoryObjectRecords
from tests.fakes.records import MemoryPeople, MemoryPolicies, MemoryTokens
from tests.fakes.trails import MemoryTrails
from tests.fakes.work import MemoryAnchors, MemoryOpenWork

Stores = dict[str, Any]
ANN = Person(person_id="ann", name="Ann", identities=("arn:user/ann", "arn:role/ann"))


@pytest.fixture(params=["memory", "aws"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        models, trails = MemoryModels(), MemoryTrails()
        return {
            "trails": trails,
            "people": MemoryPeople(trails),
            "policies": MemoryPolicies(trails),
            "projects": MemoryProjects(trails),
            "bearers": MemoryTokenStore(trails),
            "tokens": MemoryTokens(),
            "objects": MemoryObjectRecords(),
            "models": models,
            "work": MemoryOpenWork(models),
            "anchors": MemoryAnchors(models, trails),
        }
    tables: dict[str, Table] = request.getfixturevalue("tables")
    registry = tables["registry"]
    return {
        "trails": DynamoTrails(registry),
        "people": DynamoPeople(registry),
        "projects": DynamoProjects(registry),
        "bearers": DynamoTokens(registry),
        "policies": DynamoPolicies(registry),
        "tokens": DynamoTaskTokens(registry),
        "objects": DynamoObjects(tables["runs"]),
        "models": DynamoModels(registry),
        "work": DynamoOpenWork(registry),
        "anchors": _anchors(registry),
    }


def _anchors(registry: Table) -> S3Anchors:
    aws.make_bucket()
    return S3Anchors(registry, aws.shared_client("s3"), aws.BUCKET)


def entry(trails: Trails, project: str = PROJECT) -> Entry:
    """Return a record for the end of a trail."""
    return Note(trails.head(project), builders.cause()).entry("test.changed", "test")


def test_a_person_is_found_by_any_of_their_identities(stores: Stores) -> None:
    stores["people"].put(ANN, entry(stores["trails"]))
    assert [stores["people"].by_principal(p) for p in ANN.identities] == [ANN, ANN]
    assert stores["people"].by_principal("arn:user/nobody") is None


def test_an_identity_belongs_to_one_person(stores: Stores) -> None:
    stores["people"].put(ANN, entry(stores["trails"]))
    thief = Person(person_id="bob", name="Bob", identities=("arn:user/bob", "arn:role/ann"))
    with pytest.raises(AlreadyExistsError):
        stores["people"].put(thief, entry(stores["trails"]))
    assert stores["people"].by_principal("arn:role/ann") == ANN
    assert stores["people"].by_principal("arn:user/bob") is None
    assert stores["people"].list(10, None).items == (ANN,)


@dataclass(frozen=True)
class Disturbed(Table):
    """A table in which somebody else is always a little faster."""

    first: Callable[[], None]

    def write(self, items: Sequence[Any]) -> None:
        self.first()
        super().write(items)


@pytest.mark.parametrize("known", [True, False], ids=["given up by Ann", "new"])
def test_two_people_cannot_take_an_identity_at_once(tables: dict[str, Table], known: bool) -> None:
    table = tables["registry"]
    people, trails = DynamoPeople(table), DynamoTrails(table)
    if known:
        people.put(ANN, entry(trails))
        people.put(ANN.model_copy(update={"identities": ()}), entry(trails))
    bob, cleo = (Person(person_id=p, name=p, identities=("arn:role/ann",)) for p in ("bob", "cleo"))
    # Each in another trail, so that nothing but the identity itself is fought over.
    faster = Disturbed(table.client, table.name, lambda: people.put(cleo, entry(trails, "cleos")))
    with pytest.raises(StaleError):
        DynamoPeople(faster).put(bob, entry(trails, "bobs"))
    assert people.by_principal("arn:role/ann") == cleo
    assert (people.get("bob"), trails.records("bobs", 0, 10)) == (None, [])
    with pytest.raises(AlreadyExistsError):
        people.put(bob, entry(trails))


def test_a_persons_record_may_be_written_again(stores: Stores) -> None:
    stores["people"].put(ANN, entry(stores["trails"]))
    changed = ANN.model_copy(update={"identities": ("arn:user/ann",), "email": "ann@example.org"})
    stores["people"].put(changed, entry(stores["trails"]))
    assert stores["people"].by_principal("arn:user/ann") == changed
    assert stores["people"].by_principal("arn:role/ann") is None
    heir = Person(person_id="bob", name="Bob", identities=("arn:role/ann",))
    stores["people"].put(heir, entry(stores["trails"]))
    assert stores["people"].by_principal("arn:role/ann") == heir


def test_people_are_listed_by_id_in_pages(stores: Stores) -> None:
    for person_id in ("cleo", "ann", "bob"):
        stores["people"].put(Person(person_id=person_id, name=person_id), entry(stores["trails"]))
    first = stores["people"].list(2, None)
    rest = stores["people"].list(2, first.next_page_token)
    assert [p.person_id for p in (*first.items, *rest.items)] == ["ann", "bob", "cleo"]
    assert rest.next_page_token is None


def test_a_project_has_the_rules_put_in_force_last(stores: Stores) -> None:
    assert stores["policies"].current(PROJECT) is None
    for policy in (Policy(name="free", stages={}), builders.POLICY):
        stores["policies"].put(PROJECT, policy, entry(stores["trails"]))
        assert stores["policies"].current(PROJECT) == policy
    assert stores["policies"].current("others") is None


def test_the_newest_callback_of_an_approval_counts(stores: Stores) -> None:
    assert stores["tokens"].get(PROJECT, "approval") is None
    for token in ("first", "second"):
        stores["tokens"].put(PROJECT, "approval", token)
    assert stores["tokens"].get(PROJECT, "approval") == "second"
    assert stores["tokens"].get("others", "approval") is None


def test_content_keeps_the_version_that_was_recorded_first(stores: Stores) -> None:
    first, second = builders.stored(version_id="v1"), builders.stored(version_id="v2")
    assert stores["objects"].get(PROJECT, first.digest) is None
    assert stores["objects"].put(PROJECT, first) == first
    assert stores["objects"].put(PROJECT, second) == first
    assert stores["objects"].get(PROJECT, first.digest) == first
    assert stores["objects"].get("others", first.digest) is None


def grow(models: ModelStore, **parts: Any) -> ModelHead:
    before = models.head(PROJECT, MODEL)
    draft = Draft(before or builders.head(), builders.cause())
    draft.record("test.changed", "test")
    draft.put(**parts)
    models.commit(before, draft.change())
    return draft.head


def test_a_requested_approval_is_looked_after_until_it_is_struck_off(stores: Stores) -> None:
    work: OpenWork = stores["work"]
    for number, status in (
        (1, ApprovalStatus.REQUESTED),
        (2, ApprovalStatus.REQUESTED),
        (3, ApprovalStatus.PENDING),
    ):
        grow(stores["models"], approval=builders.approval(number, status=status))
    first, second = (builders.approval(n).approval_id for n in (1, 2))
    assert list(work.list()) == [(PROJECT, first), (PROJECT, second)]
    work.done(PROJECT, first)
    work.done(PROJECT, first)
    assert list(work.list()) == [(PROJECT, second)]


def test_a_chain_waits_for_its_anchor_while_it_has_grown(stores: Stores) -> None:
    anchors: Anchors = stores["anchors"]
    grow(stores["models"])
    grow(stores["models"])
    assert list(anchors.waiting()) == [(PROJECT, MODEL, 2)]
    anchors.done(PROJECT, MODEL, 1)
    assert list(anchors.waiting()) == [(PROJECT, MODEL, 2)]
    anchors.done(PROJECT, MODEL, 2)
    assert list(anchors.waiting()) == []


def test_the_last_anchor_of_a_chain_is_read_back(stores: Stores) -> None:
    anchors: Anchors = stores["anchors"]
    assert anchors.last(PROJECT, MODEL) is None
    for sequence in (1, 2):
        anchor = AuditAnchor(sequence=sequence, digest=builders.sha(str(sequence)), anchored_at=NOW)
        anchors.put(PROJECT, MODEL, anchor)
        assert anchors.last(PROJECT, MODEL) == anchor
    assert anchors.last("others", MODEL) is None


def test_a_record_goes_to_the_end_of_its_trail_or_nothing_is_changed(stores: Stores) -> None:
    trails: Trails = stores["trails"]
    first = entry(trails)
    stores["people"].put(ANN, first)
    with pytest.raises(StaleError):
        stores["people"].put(ANN.model_copy(update={"name": "Anna"}), first)
    assert stores["people"].get("ann") == ANN
    stores["policies"].put(PROJECT, builders.POLICY, entry(trails))
    stores["people"].put(ANN, entry(trails, INSTALLATION))
    found = trails.records(PROJECT, 0, 10)
    assert [record.sequence for record in found] == [1, 2]
    assert check(found).ok
    assert trails.records(PROJECT, 1, 10) == found[1:]
    assert (trails.head(PROJECT).sequence, trails.head(PROJECT).digest) == (2, found[1].digest)
    waiting = set(stores["anchors"].waiting())
    assert waiting == {(PROJECT, "", 2), (INSTALLATION, "", 1)}


@pytest.mark.parametrize("project", [PROJECT, INSTALLATION])
def test_a_request_is_kept_with_its_record_and_done_once(stores: Stores, project: str) -> None:
    trails: Trails = stores["trails"]
    said = Said(builders.hex_id(5), "a" * 64)
    cause, other = builders.cause(said=said), Person(person_id="bob", name="Bob")
    stores["people"].put(ANN, Note(trails.head(project), cause).entry("test.changed", "person/ann"))
    assert trails.said(project, said.request_id) == replace(said, made="ann")
    assert trails.said("others", said.request_id) is None
    with pytest.raises(StaleError):
        stores["people"].put(other, Note(trails.head(project), cause).entry("test.changed", "person/bob"))
    assert stores["people"].get("bob") is None
    nothing_to_do = Said(builders.hex_id(6), "b" * 64)
    for _ in range(2):
        trails.remember(project, nothing_to_do)
    assert trails.said(project, nothing_to_do.request_id) == nothing_to_do


@pytest.mark.parametrize("project", [PROJECT, INSTALLATION])
def test_trails_are_anchored_like_chains_of_models(stores: Stores, project: str) -> None:
    anchors: Anchors = stores["anchors"]
    anchor = AuditAnchor(sequence=1, digest=builders.sha("1"), anchored_at=NOW)
    anchors.put(project, "", anchor)
    assert anchors.last(project, "") == anchor
    assert anchors.last("_" if project else PROJECT, "") is None


def test_projects_and_their_members(stores: Stores) -> None:
    projects: Projects = stores["projects"]
    made = Project(project=PROJECT, created_at=NOW, created_by=BOB)
    first = Member(project=PROJECT, person="bob", roles=(Role.ADMIN,), added_at=NOW, added_by=BOB)
    projects.create(made, first, entry(stores["trails"]))
    with pytest.raises(StaleError):
        projects.create(made, None, entry(stores["trails"]))
    assert (projects.get(PROJECT), projects.get("others")) == (made, None)
    assert projects.list(10, None).items == (made,)
    kept = made.model_copy(update={"retention": Retention(series_days=90)})
    projects.put(kept, entry(stores["trails"]))
    assert projects.get(PROJECT) == kept
    with pytest.raises(StaleError):
        projects.put(made.model_copy(update={"project": "others"}), entry(stores["trails"], "others"))
    second = first.model_copy(update={"person": "ann", "roles": (Role.APPROVER,)})
    projects.put_member(second, entry(stores["trails"]))
    assert projects.members(PROJECT, 10, None).items == (second, first)
    assert (projects.member(PROJECT, "ann"), projects.member("others", "ann")) == (second, None)
    assert [r.sequence for r in stores["trails"].records(PROJECT, 0, 10)] == [1, 2, 3]


def test_a_token_is_found_by_its_secret_and_stays_when_it_is_revoked(stores: Stores) -> None:
    tokens: TokenStore = stores["bearers"]
    made = Token(
        token_id=builders.hex_id(1), project=PROJECT, person="bob", role=Role.APPROVER, name="ci",
        created_at=NOW, expires_at=NOW + 1, created_by=BOB,
    )  # fmt: skip
    tokens.create(made, builders.sha("a"), entry(stores["trails"]))
    for again, digest in ((made, "b"), (made.model_copy(update={"token_id": builders.hex_id(2)}), "a")):
        with pytest.raises(StaleError):
            tokens.create(again, builders.sha(digest), entry(stores["trails"]))
    assert (tokens.find(builders.sha("a")), tokens.find(builders.sha("b"))) == (made, None)
    assert tokens.get("others", made.token_id) is None
    revoked = made.model_copy(update={"revoked_at": NOW, "revoked_by": BOB})
    tokens.revoke(revoked, entry(stores["trails"]))
    assert tokens.find(builders.sha("a")) == revoked
    newer = made.model_copy(update={"token_id": builders.hex_id(3)})
    tokens.create(newer, builders.sha("c"), entry(stores["trails"]))
    assert tokens.list(PROJECT, 10, None).items == (newer, revoked)
    assert len(stores["trails"].records(PROJECT, 0, 10)) == 3
