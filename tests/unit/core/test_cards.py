"""Model cards: what is known by itself, revisions, and the rule that asks for fields."""

from dataclasses import replace

import pytest

from functions.core.errors import ConflictError, NotFoundError
from functions.core.models.cards import Cards, facts
from functions.core.models.completeness import lineage_of
from functions.core.policies import rules
from lineal_contract.cards import CARD_FIELDS, CardRef, ModelCard, PutCard
from lineal_contract.rules import CardComplete
from tests import builders
from tests.builders import BOB, MODEL, PROJECT
from tests.unit.core.town import Town

CARD = ModelCard(intended_use="screening", limitations="adults only", licence="Apache-2.0")


@pytest.fixture
def town() -> Town:
    town = Town()
    town.version(50.0)
    return town


@pytest.fixture
def cards(town: Town) -> Cards:
    return Cards(town.models, town.runs, builders.patient())


def write(cards: Cards, card: ModelCard, replaces: str | None = None) -> CardRef:
    wanted = PutCard(card=card, replaces=replaces)
    current = cards.write(PROJECT, MODEL, "1", wanted, builders.cause(BOB)).current
    assert current is not None
    return current


def test_a_card_is_filled_from_the_run_before_anybody_writes(cards: Cards) -> None:
    shown = cards.show(PROJECT, MODEL, "latest", None)
    said = {fact.field: fact.text for fact in shown.facts}
    assert (said["evaluation"], "rows (training)" in said["data"]) == ("mae 50", True)
    assert {"intended_use", "limitations", "licence"} <= set(shown.missing)
    assert not {"evaluation", "data", "training", "owner"} & set(shown.missing)
    assert (shown.current, shown.revision) == (None, None)


def test_each_revision_stays_as_it_was_written(cards: Cards, town: Town) -> None:
    first = write(cards, CARD)
    assert write(cards, CARD) == first
    second = write(cards, CARD.model_copy(update={"licence": "MIT"}), replaces=first.digest)
    assert (first.revision, second.revision, first.digest) == (1, 2, CARD.digest())
    old = cards.show(PROJECT, MODEL, "1", 1)
    assert old.revision is not None
    assert (old.card, old.revision.written_by, old.current) == (CARD, BOB, second)
    actions = [r.action for r in town.models.audit(PROJECT, MODEL, 0, 10)]
    assert actions.count("card.written") == 2
    with pytest.raises(NotFoundError):
        cards.show(PROJECT, MODEL, "1", 3)


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(cards: Cards) -> None:
    first = write(cards, CARD)
    write(cards, CARD.model_copy(update={"owner": "ann"}))
    with pytest.raises(ConflictError, match="read it again"):
        write(cards, CARD.model_copy(update={"owner": "bob"}), replaces=first.digest)


def test_a_missing_field_blocks_and_a_filled_one_does_not() -> None:
    run, version = builders.finished(), builders.version()
    rule = CardComplete(fields=("intended_use", "evaluation", "data"))
    candidate = rules.Candidate(version, None, lineage_of(version, run), run)
    refused = rules.evaluate(rule, candidate)
    assert (refused.passed, refused.message) == (False, "the model card lacks intended_use")
    written = version.model_copy(
        update={"card": CardRef(revision=1, digest=CARD.digest(), filled=CARD.filled())}
    )
    assert rules.evaluate(rule, replace(candidate, version=written)).passed
    without_run = replace(candidate, version=written, run=None)
    assert rules.evaluate(rule, without_run).message == "the model card lacks data"


def test_spaces_fill_nothing_and_all_fields_can_be_asked_for() -> None:
    assert ModelCard(owner="  \n").filled() == ()
    assert CardComplete(fields=CARD_FIELDS).fields == CARD_FIELDS  # type: ignore[arg-type]
    assert {fact.field for fact in facts(builders.version(), builders.finished())} <= set(CARD_FIELDS)
