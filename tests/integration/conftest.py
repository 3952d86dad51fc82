"""Tables in moto, empty for each test."""

from collections.abc import Iterator

import pytest

from functions.adapters.dynamo import Table
from tests.aws import moto_tables


@pytest.fixture
def tables(_ambient: None) -> Iterator[dict[str, Table]]:
    with moto_tables() as made:
        yield made
