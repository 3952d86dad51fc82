"""Records of contents: the fake and the adapter, the same tests."""

import pytest

from functions.adapters.object_records import DynamoObjects
from functions.core.ports.objects import ObjectRecords
from tests.builders import PROJECT, stored
from tests.fakes.objects import MemoryObjectRecords


@pytest.fixture(params=["memory", "dynamo"])
def records(request: pytest.FixtureRequest) -> ObjectRecords:
    if request.param == "memory":
        return MemoryObjectRecords()
    return DynamoObjects(request.getfixturevalue("tables")["runs"])


def test_the_first_record_of_a_content_stays(records: ObjectRecords) -> None:
    first, later = stored(b"x", "v1"), stored(b"x", "v2")
    assert records.put(PROJECT, first) == first
    assert records.put(PROJECT, later) == first
    assert records.get(PROJECT, first.digest) == first
    assert records.get("other", first.digest) is None


def test_many_are_recorded_and_read_at_once(records: ObjectRecords) -> None:
    present = records.put(PROJECT, stored(b"7", "v0"))
    wanted = [stored(b"%d" % number) for number in range(250)]
    kept = records.put_many(PROJECT, wanted)
    assert kept == [*wanted[:7], present, *wanted[8:]]
    digests = [each.digest for each in wanted]
    assert records.get_many(PROJECT, [*digests, digests[0], "0" * 64]) == {each.digest: each for each in kept}
    assert records.get_many("other", digests) == records.get_many(PROJECT, []) == {}
    assert records.put_many(PROJECT, []) == []
