"""A request that comes again, late, takes back nothing that was said since."""

from collections.abc import Callable

import pytest

from functions.core.errors import ConflictError, UnavailableError
from functions.core.ledger import Change, ModelHead
from lineal_contract.registry import Describe, SetAlias
from tests import builders
from tests.builders import MODEL, PROJECT
from tests.unit.core.town import Town

Say = Callable[[Town, str, str | None], str]
FIRST, SECOND = builders.hex_id(101), builders.hex_id(102)


@pytest.fixture
def town() -> Town:
    town = Town()
    for mae in (50.0, 45.0):
        town.version(mae)
    return town


def model_words(town: Town, words: str, request_id: str | None) -> str:
    wanted = Describe(request_id=request_id, description=words)
    return town.curating.describe(PROJECT, MODEL, wanted, builders.cause()).description


def version_words(town: Town, words: str, request_id: str | None) -> str:
    wanted = Describe(request_id=request_id, description=words)
    return town.curating.describe_version(PROJECT, MODEL, "1", wanted, builders.cause()).description


def alias(town: Town, version: str, request_id: str | None) -> int:
    wanted = SetAlias(request_id=request_id, version=version)
    town.curating.set_alias(PROJECT, MODEL, "blue", wanted, builders.cause())
    return town.registry.model(PROJECT, MODEL).aliases["blue"]


def trail(town: Town) -> int:
    return len(town.models.audit(PROJECT, MODEL, 0, 100))


@pytest.mark.parametrize("say", [model_words, version_words])
def test_older_words_come_too_late(town: Town, say: Say) -> None:
    assert say(town, "older", FIRST) == "older"
    assert say(town, "newer", SECOND) == "newer"
    told = trail(town)
    assert say(town, "older", FIRST) == "newer"
    assert trail(town) == told


def test_words_that_were_there_already_come_too_late_as_well(town: Town) -> None:
    model_words(town, "older", builders.hex_id(100))
    assert model_words(town, "older", FIRST) == "older"
    model_words(town, "newer", SECOND)
    assert model_words(town, "older", FIRST) == "newer"


def test_an_alias_is_not_brought_back(town: Town) -> None:
    assert alias(town, "1", FIRST) == 1
    assert alias(town, "2", SECOND) == 2
    assert alias(town, "1", FIRST) == 2


def test_a_request_id_says_one_thing(town: Town) -> None:
    model_words(town, "words", FIRST)
    with pytest.raises(ConflictError, match="something else"):
        model_words(town, "others", FIRST)
    with pytest.raises(ConflictError, match="something else"):
        alias(town, "1", FIRST)
    assert town.registry.model(PROJECT, MODEL).aliases == {}


def test_without_an_id_the_last_to_come_is_the_last_to_speak(town: Town) -> None:
    for words in ("older", "newer", "older"):
        assert model_words(town, words, None) == words


def test_a_duplicate_between_decision_and_commit_says_it_once(town: Town) -> None:
    told = trail(town)
    town.models.interference = lambda: model_words(town, "words", FIRST) and None
    assert model_words(town, "words", FIRST) == "words"
    assert trail(town) == told + 1


def test_a_request_whose_answer_was_lost_is_not_done_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = town.models.commit

    def lost(before: ModelHead | None, change: Change) -> None:
        commit(before, change)
        raise UnavailableError("the answer is lost")

    monkeypatch.setattr(town.models, "commit", lost)
    with pytest.raises(UnavailableError):
        model_words(town, "older", FIRST)
    monkeypatch.undo()
    model_words(town, "newer", SECOND)
    assert model_words(town, "older", FIRST) == "newer"
