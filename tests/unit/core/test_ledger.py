"""A change, its records and its events."""

from datetime import UTC, datetime

import pytest

from functions.core.causes import Cause
from functions.core.errors import ConflictError
from functions.core.ledger import Draft
from lineal_contract.audit import GENESIS
from lineal_contract.events import DATA_MODELS, ApprovalRequested, DetailType
from lineal_contract.policies import Stage
from tests import builders

EVENT = ApprovalRequested(
    approval_id=builders.hex_id(7), model=builders.MODEL, version=1, stage=Stage.STAGING, reason="try"
)


def test_each_record_links_to_the_one_before() -> None:
    draft = Draft(builders.head(), builders.cause())
    draft.record("a", "model/x", note="first")
    draft.record("b", "model/x", note="second")
    first, second = draft.change().audit
    assert (first.sequence, first.previous) == (1, GENESIS)
    assert (second.sequence, second.previous) == (2, first.digest)
    assert first.digest == first.computed_digest()
    assert second.digest == second.computed_digest()


def test_a_chain_goes_on_where_the_head_says() -> None:
    first = Draft(builders.head(), builders.cause())
    first.record("a", "model/x")
    change = first.change()
    second = Draft(change.head, builders.cause())
    second.record("b", "model/x")
    (record,) = second.change().audit
    assert (record.sequence, record.previous) == (2, change.audit[-1].digest)


@pytest.mark.parametrize(
    "altered",
    [
        {"action": "other"},
        {"subject": "other"},
        {"actor": builders.BOB},
        {"at": builders.NOW + 1},
        {"details": {"note": "other"}},
        {"sequence": 2},
        {"previous": builders.sha("other")},
    ],
    ids=lambda altered: next(iter(altered)),
)
def test_a_digest_covers_every_field_of_a_record(altered: dict[str, object]) -> None:
    draft = Draft(builders.head(), builders.cause())
    draft.record("a", "model/x", note="as it was")
    (record,) = draft.change().audit
    assert record.model_copy(update=altered).computed_digest() != record.digest


def test_a_change_without_a_record_is_refused() -> None:
    draft = Draft(builders.head(), builders.cause())
    draft.set_head(production_version=3)
    with pytest.raises(ConflictError):
        draft.change()


def test_a_change_raises_the_revision_once_however_much_it_holds() -> None:
    draft = Draft(builders.head(revision=4), builders.cause())
    draft.record("a", "model/x")
    draft.record("b", "model/x")
    assert draft.change().head.revision == 5


def test_an_event_carries_its_records_sequence_and_where_it_comes_from() -> None:
    at = Cause(builders.BOB, builders.NOW, "correlation", "causation")
    draft = Draft(builders.head(audit_sequence=6), at)
    draft.record("quiet", "model/x")
    draft.record("a", "model/x", EVENT)
    (event,) = draft.change().events
    metadata = event.detail.metadata
    assert event.detail_type is DetailType.APPROVAL_REQUESTED
    assert event.detail.data == EVENT
    assert (metadata.sequence, metadata.subject) == (8, f"model/{builders.MODEL}")
    assert (metadata.correlation_id, metadata.causation_id) == ("correlation", "causation")
    assert (metadata.actor, metadata.project) == (builders.BOB, builders.PROJECT)
    assert metadata.occurred_at == datetime.fromtimestamp(builders.NOW / 1000, UTC)


def test_the_wire_model_of_a_head_hides_its_bookkeeping() -> None:
    wire = builders.head(production_version=3, aliases={"champion": 3}, revision=8).wire()
    assert (wire.production_version, wire.aliases, wire.latest_version) == (3, {"champion": 3}, 9)
    assert not hasattr(wire, "revision")


def test_every_detail_type_has_a_model_of_its_own() -> None:
    assert set(DATA_MODELS) == set(DetailType)
    assert len(set(DATA_MODELS.values())) == len(DATA_MODELS)
