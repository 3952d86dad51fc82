"""What every `Told` promises: the fake and the adapter, the same tests."""

import pytest

from functions.adapters.dynamo import Table
from functions.adapters.told import DynamoTold
from functions.core.errors import UnavailableError
from functions.core.ports.workflows import Told
from tests.builders import NOW
from tests.fakes.mail import MemoryTold

SOON = NOW + 1_000


@pytest.fixture(params=["memory", "dynamo"])
def told(request: pytest.FixtureRequest) -> Told:
    if request.param == "memory":
        return MemoryTold()
    tables: dict[str, Table] = request.getfixturevalue("tables")
    return DynamoTold(tables["registry"])


def test_an_event_is_told_once(told: Told) -> None:
    assert told.claim("a", NOW, SOON)
    told.done("a", NOW)
    assert not told.claim("a", NOW, SOON)
    assert told.claim("b", NOW, SOON)


def test_two_deliveries_at_once_are_not_both_told(told: Told) -> None:
    assert told.claim("a", NOW, SOON)
    with pytest.raises(UnavailableError):
        told.claim("a", NOW, SOON)


def test_what_could_not_be_sent_or_was_never_ended_is_taken_over(told: Told) -> None:
    assert told.claim("a", NOW, SOON)
    told.release("a", NOW)
    assert told.claim("a", NOW, SOON)
    assert told.claim("a", SOON, SOON + 1)
