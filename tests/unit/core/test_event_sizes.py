"""What one event says, however much one request changes: the bus refuses what is over 256 KB, every time."""

import pytest

from lineal_contract.registry import CreateModel, Describe
from tests import builders
from tests.builders import MODEL, PROJECT
from tests.unit.core.town import Town

LIMIT = 256 * 1024


def long_tags(letter: str, count: int, name: str = '"') -> dict[str, str]:
    return {f"{name * 240}{n}": letter * 8_000 for n in range(count)}


@pytest.mark.parametrize("letter", ["v", "\x01", '"', "\u00e9", "\U0001f600"])
def test_however_tags_are_written_an_event_fits_the_bus(letter: str) -> None:
    town = Town()
    made = CreateModel(model="other", tags=long_tags(letter, 50))
    town.curating.create(PROJECT, made, builders.cause())
    town.version(50.0)
    for name in ("\U0001f600", '"'):
        wanted = Describe(tags=long_tags(letter, 50, name))
        town.curating.describe(PROJECT, MODEL, wanted, builders.cause())
        town.curating.describe_version(PROJECT, MODEL, "1", wanted, builders.cause())
    town.curating.describe(PROJECT, MODEL, Describe(tags=dict.fromkeys(wanted.tags)), builders.cause())
    sizes = [len(event.detail.model_dump_json().encode()) for event in town.models.events]
    assert len(sizes) >= 6 and max(sizes) < LIMIT - 1_000
