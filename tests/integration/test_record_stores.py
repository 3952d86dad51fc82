"""The smaller stores: the fakes and the adapters, the same tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from functions.adapters.anchors import S3Anchors
from functions.adapters.dynamo import Table
from functions.adapters.models import DynamoModels
from functions.adapters.objects import DynamoObjects
from functions.adapters.outbox import DynamoOpenWork
from functions.adapters.records import DynamoPeople, DynamoPolicies
from functions.adapters.workflows import DynamoTaskTokens
from functions.core.errors import AlreadyExistsError
from functions.core.ledger import Draft, ModelHead
from functions.core.ports import Anchors, ModelStore, OpenWork
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.audit import AuditAnchor
from lineal_contract.people import Person
from lineal_contract.policies import Policy
from tests import aws, builders
from tests.builders import MODEL, NOW, PROJECT
from tests.fakes.models import MemoryModels
from tests.fakes.objects import MemoryObjectRecords
from tests.fakes.records import MemoryPeople, MemoryPolicies, MemoryTokens
from tests.fakes.work import MemoryAnchors, MemoryOpenWork

Stores = dict[str, Any]
ANN = Person(person_id="ann", name="Ann", identities=("arn:user/ann", "arn:role/ann"))


@pytest.fixture(params=["memory", "aws"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        models = MemoryModels()
        return {
            "people": MemoryPeople(),
            "policies": MemoryPolicies(),
            "tokens": MemoryTokens(),
            "objects": MemoryObjectRecords(),
            "models": models,
            "work": MemoryOpenWork(models),
            "anchors": MemoryAnchors(models),
        }
    tables: dict[str, Table] = request.getfixturevalue("tables")
    registry = tables["registry"]
    return {
        "people": DynamoPeople(registry),
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


def test_a_person_is_found_by_any_of_their_identities(stores: Stores) -> None:
    stores["people"].put(ANN)
    assert [stores["people"].by_principal(p) for p in ANN.identities] == [ANN, ANN]
    assert stores["people"].by_principal("arn:user/nobody") is None


def test_an_identity_belongs_to_one_person(stores: Stores) -> None:
    stores["people"].put(ANN)
    thief = Person(person_id="bob", name="Bob", identities=("arn:user/bob", "arn:role/ann"))
    with pytest.raises(AlreadyExistsError):
        stores["people"].put(thief)
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
    people = DynamoPeople(table)
    if known:
        people.put(ANN)
        people.put(ANN.model_copy(update={"identities": ()}))
    bob, cleo = (Person(person_id=p, name=p, identities=("arn:role/ann",)) for p in ("bob", "cleo"))
    slow = DynamoPeople(Disturbed(table.client, table.name, lambda: people.put(cleo)))
    with pytest.raises(AlreadyExistsError):
        slow.put(bob)
    assert people.by_principal("arn:role/ann") == cleo


def test_a_persons_record_may_be_written_again(stores: Stores) -> None:
    stores["people"].put(ANN)
    changed = ANN.model_copy(update={"identities": ("arn:user/ann",), "email": "ann@example.org"})
    stores["people"].put(changed)
    assert stores["people"].by_principal("arn:user/ann") == changed
    assert stores["people"].by_principal("arn:role/ann") is None
    heir = Person(person_id="bob", name="Bob", identities=("arn:role/ann",))
    stores["people"].put(heir)
    assert stores["people"].by_principal("arn:role/ann") == heir


def test_people_are_listed_by_id_in_pages(stores: Stores) -> None:
    for person_id in ("cleo", "ann", "bob"):
        stores["people"].put(Person(person_id=person_id, name=person_id))
    first = stores["people"].list(2, None)
    rest = stores["people"].list(2, first.next_page_token)
    assert [p.person_id for p in (*first.items, *rest.items)] == ["ann", "bob", "cleo"]
    assert rest.next_page_token is None


def test_a_project_has_the_rules_put_in_force_last(stores: Stores) -> None:
    assert stores["policies"].current(PROJECT) is None
    for policy in (Policy(name="free", stages={}), builders.POLICY):
        stores["policies"].put(PROJECT, policy)
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
