"""The suite of the smaller stores once more, on an engine that refuses more; moto has the bucket."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.integration.test_record_stores import *  # noqa: F403 - pytest collects what is here


@pytest.fixture(autouse=True)
def _bucket() -> Iterator[None]:
    with mock_aws():
        yield
