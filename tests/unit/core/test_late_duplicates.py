"""A request that comes again, late, takes back nothing that was done since."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from functions.core.causes import KEPT_SECONDS, Cause, Said
from functions.core.errors import ConflictError, CoreError, NotFoundError, UnavailableError
from functions.core.ledger import Change, ModelHead
from functions.core.models.cards import Cards
from lineal_contract.approvals import RequestPromotion
from lineal_contract.cards import ModelCard, PutCard
from lineal_contract.lifecycle import ChangeLifecycle, LifecycleAction, PutConsumer
from lineal_contract.policies import Policy
from lineal_contract.registry import CreateModel, Describe, RegisterVersion, RenameModel, SetAlias
from lineal_contract.stages import Stage
from tests import builders
from tests.builders import MODEL, PROJECT
from tests.unit.core.town import Town

Act = Callable[[Town, Cause], Any]
FIRST, SECOND = builders.hex_id(101), builders.hex_id(102)
OTHER = "other"


@pytest.fixture
def town() -> Town:
    town = Town(Policy(name="free", stages={}))
    for mae in (50.0, 45.0):
        town.version(mae)
    return town


def cause(request_id: str | None, words: str) -> Cause:
    return builders.cause(said=None if request_id is None else Said(request_id, words))


def words(said: str) -> Act:
    return lambda town, cause: town.curating.describe(PROJECT, MODEL, Describe(description=said), cause)


def version_words(said: str) -> Act:
    wanted = Describe(description=said)
    return lambda town, cause: town.curating.describe_version(PROJECT, MODEL, "1", wanted, cause)


def point(version: str) -> Act:
    wanted = SetAlias(version=version)
    return lambda town, cause: town.curating.set_alias(PROJECT, MODEL, "blue", wanted, cause)


def end(action: LifecycleAction) -> Act:
    asked = ChangeLifecycle(action=action, reason="so it is")
    return lambda town, cause: town.curating.change_lifecycle(PROJECT, MODEL, "1", asked, cause)


def move(stage: Stage) -> Act:
    return lambda town, cause: town.curating.move(PROJECT, MODEL, "1", stage, alone=False, cause=cause)


def use(version: str) -> Act:
    wanted = PutConsumer(version=version)
    return lambda town, cause: town.curating.put_consumer(PROJECT, MODEL, "app", wanted, cause)


def card(use: str) -> Act:
    def act(town: Town, cause: Cause) -> object:
        cards = Cards(town.models, town.runs, builders.patient())
        return cards.write(PROJECT, MODEL, "1", PutCard(card=ModelCard(intended_use=use)), cause)

    return act


def rename(model: str, name: str) -> Act:
    return lambda town, cause: town.renaming.rename(PROJECT, model, RenameModel(name=name), cause)


def register(town: Town, cause: Cause) -> object:
    wanted = RegisterVersion(run_id=builders.hex_id(1), artifact="model", request_id=builders.hex_id(9))
    return town.registry.register(PROJECT, MODEL, wanted, cause)


def _unpoint(town: Town, cause: Cause) -> object:
    return town.curating.delete_alias(PROJECT, MODEL, "blue", cause)


def _unuse(town: Town, cause: Cause) -> object:
    return town.curating.remove_consumer(PROJECT, MODEL, "app", cause)


def _delete(town: Town, cause: Cause) -> object:
    return town.curating.delete(PROJECT, MODEL, cause)


def _create_other(town: Town, cause: Cause) -> object:
    return town.curating.create(PROJECT, CreateModel(model=OTHER), cause)


def _delete_other(town: Town, cause: Cause) -> object:
    return town.curating.delete(PROJECT, OTHER, cause)


def _ask(town: Town, cause: Cause) -> object:
    asked = RequestPromotion(stage=Stage.PRODUCTION, reason="better")
    return town.asking.ask(PROJECT, MODEL, "1", asked, cause)


def _cancel(town: Town, _: Cause) -> object:
    (approval,) = town.approvals()
    return town.cancel(approval.approval_id)


@dataclass(frozen=True)
class Story:
    """What is done `before`, then said, then taken back; `gone` where a repetition finds nothing any more."""

    older: Act
    newer: Act
    before: tuple[Act, ...] = ()
    gone: bool = False


STORIES = {
    "model words": Story(words("older"), words("newer")),
    "version words": Story(version_words("older"), version_words("newer")),
    "alias set": Story(point("1"), point("2")),
    "alias set, then deleted": Story(point("1"), _unpoint),
    "alias deleted": Story(_unpoint, point("2"), (point("1"),)),
    "deprecation": Story(end(LifecycleAction.DEPRECATE), end(LifecycleAction.REINSTATE)),
    "reinstatement": Story(
        end(LifecycleAction.REINSTATE),
        end(LifecycleAction.DEPRECATE),
        (end(LifecycleAction.DEPRECATE),),
    ),
    "archive": Story(end(LifecycleAction.ARCHIVE), move(Stage.DEVELOPMENT)),
    "stage": Story(move(Stage.STAGING), move(Stage.DEVELOPMENT)),
    "consumer put": Story(use("1"), use("2")),
    "consumer put, then removed": Story(use("1"), _unuse, gone=True),
    "consumer removed": Story(_unuse, use("2"), (use("1"),)),
    "card": Story(card("older"), card("newer")),
    "model deleted": Story(_delete, register),
    "model created": Story(_create_other, _delete_other, gone=True),
    "rename": Story(rename(MODEL, OTHER), rename(OTHER, MODEL)),
    "promotion asked for": Story(_ask, _cancel),
}


def seen(town: Town) -> list[Any]:
    """Return all there is to see: heads with their trails' ends, versions, cards, approvals."""
    heads = town.models.heads(PROJECT, 100, None).items
    versions = [town.models.versions(PROJECT, head.model, 100, None).items for head in heads]
    return [heads, versions, town.approvals()]


def told(town: Town, act: Act, request_id: str | None, words: str, *, gone: bool = False) -> None:
    if gone:
        with pytest.raises(NotFoundError):
            act(town, cause(request_id, words))
    else:
        act(town, cause(request_id, words))


@pytest.mark.parametrize("name", STORIES)
def test_what_comes_again_takes_back_nothing_newer(town: Town, name: str) -> None:
    story = STORIES[name]
    for act in story.before:
        act(town, builders.cause())
    told(town, story.older, FIRST, "older")
    told(town, story.newer, SECOND, "newer")
    then = seen(town)
    told(town, story.older, FIRST, "older", gone=story.gone)
    told(town, story.newer, SECOND, "newer")
    assert seen(town) == then


@pytest.mark.parametrize("name", STORIES)
def test_without_a_name_the_last_to_come_is_the_last_to_speak(town: Town, name: str) -> None:
    story = STORIES[name]
    for act in story.before:
        act(town, builders.cause())
    story.older(town, builders.cause())
    story.newer(town, builders.cause())
    then = seen(town)
    story.older(town, builders.cause())
    assert seen(town) != then


@pytest.mark.parametrize("name", STORIES)
def test_what_was_so_already_comes_too_late_as_well(town: Town, name: str) -> None:
    story = STORIES[name]
    for act in (*story.before, story.older):
        act(town, builders.cause())
    try:
        story.older(town, cause(FIRST, "older"))
    except CoreError:
        return  # making what is there is refused, and so is done by nobody
    told(town, story.newer, SECOND, "newer")
    then = seen(town)
    told(town, story.older, FIRST, "older", gone=story.gone)
    assert seen(town) == then


def test_a_name_says_one_thing(town: Town) -> None:
    words("words")(town, cause(FIRST, "words"))
    for another in (words("others"), point("1"), _delete, _ask, card("use"), rename(MODEL, OTHER)):
        then = seen(town)
        with pytest.raises(ConflictError, match="something else"):
            another(town, cause(FIRST, "others"))
        assert seen(town) == then


def test_a_duplicate_between_decision_and_commit_says_it_once(town: Town) -> None:
    before = town.head.audit_sequence
    town.models.interference = lambda: words("words")(town, cause(FIRST, "words")) and None
    assert words("words")(town, cause(FIRST, "words")).description == "words"
    assert town.head.audit_sequence == before + 1


def test_a_request_whose_answer_was_lost_is_not_done_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = town.models.commit

    def lost(before: ModelHead | None, change: Change) -> None:
        commit(before, change)
        raise UnavailableError("the answer is lost")

    monkeypatch.setattr(town.models, "commit", lost)
    with pytest.raises(UnavailableError):
        words("older")(town, cause(FIRST, "older"))
    monkeypatch.undo()
    words("newer")(town, cause(SECOND, "newer"))
    assert words("older")(town, cause(FIRST, "older")).description == "newer"


def at(seconds: int, words: str = "older") -> Cause:
    """Return what is said so long after the first time."""
    return builders.cause(said=Said(FIRST, words, expires_at=builders.NOW // 1000 + KEPT_SECONDS + seconds))


def test_a_name_counts_for_thirty_days_and_not_a_second_longer(town: Town) -> None:
    older, newer = words("older"), words("newer")
    older(town, at(0))
    newer(town, cause(SECOND, "newer"))
    older(town, at(KEPT_SECONDS - 1))
    with pytest.raises(ConflictError):
        older(town, at(KEPT_SECONDS - 1, "other"))
    assert town.registry.model(PROJECT, MODEL).description == "newer"
    older(town, at(KEPT_SECONDS, "other"))
    assert town.registry.model(PROJECT, MODEL).description == "older"
