"""Hashing stored bytes again, in steps."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.core.errors import BytesChangedError, InvalidRequestError
from functions.core.models.verification import verify, verify_whole
from lineal_contract import digests
from lineal_contract.artifacts import ManifestEntry
from lineal_contract.digests import part_count
from lineal_contract.lineage import FileFailure, Verification, VerifyVersion
from lineal_contract.registry import ModelVersion
from tests import builders
from tests.fakes.objects import MemoryObjects

PART = 4
contents = st.lists(st.binary(max_size=3 * PART + 1), min_size=1, max_size=5)


@pytest.fixture(autouse=True, scope="module")
def _tiny_parts() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digests, "MIN_PART_BYTES", PART)
        yield


def shelf(*files: bytes) -> tuple[ModelVersion, MemoryObjects]:
    """Return a version of these files, each under a key of its own, and the store they are in."""
    objects = MemoryObjects()
    entries = []
    for number, data in enumerate(files):
        stored = builders.stored(data).model_copy(update={"key": f"key-{number}"})
        objects.put(stored.key, data)
        entries.append(ManifestEntry(path=f"file-{number}", object=stored))
    return builders.version(files=tuple(entries)), objects


def walk(version: ModelVersion, objects: MemoryObjects, time_left: Callable[[], bool]) -> list[Verification]:
    steps, cursor = [], VerifyVersion()
    while True:
        steps.append(verify(version, cursor, objects, time_left))
        following = steps[-1].next
        if following is None:
            return steps
        assert following != cursor, "a step has to come forward"
        cursor = VerifyVersion.model_validate_json(following.model_dump_json())


def failures(steps: list[Verification]) -> list[FileFailure]:
    return [failure for step in steps for failure in step.failures]


@given(contents, st.lists(st.booleans(), max_size=20))
def test_steps_of_any_length_read_every_byte_once(files: list[bytes], patience: list[bool]) -> None:
    version, objects = shelf(*files)
    left = iter(patience)
    steps = walk(version, objects, lambda: next(left, False))
    assert failures(steps) == []
    assert sum(step.bytes for step in steps) == sum(map(len, files))
    assert sum(step.files for step in steps) == len(files)
    assert objects.hashed == [
        (f"key-{index}", number)
        for index, data in enumerate(files)
        for number in range(1, part_count(len(data)) + 1)
    ]


@given(contents.filter(any), st.data())
@settings(suppress_health_check=[HealthCheck.filter_too_much])
def test_one_differing_byte_is_found_with_its_path(files: list[bytes], data: st.DataObject) -> None:
    version, objects = shelf(*files)
    index = data.draw(st.sampled_from([i for i, content in enumerate(files) if content]))
    at = data.draw(st.integers(0, len(files[index]) - 1))
    changed = bytearray(files[index])
    changed[at] ^= data.draw(st.integers(1, 255))
    entry = version.manifest[index]
    objects.tamper(entry.object, bytes(changed))
    (failure,) = failures(walk(version, objects, lambda: False))
    assert (failure.path, failure.expected) == (entry.path, entry.object.digest)
    assert failure.found == builders.stored(bytes(changed)).digest


def test_a_lost_file_is_told_and_the_others_are_still_looked_at() -> None:
    version, objects = shelf(b"first", b"second", b"third")
    objects.lose(version.manifest[1].object)
    steps = walk(version, objects, lambda: True)
    (failure,) = failures(steps)
    assert (failure.path, failure.found) == ("file-1", None)
    assert steps[-1].files == 3


def test_with_time_left_one_step_reads_all() -> None:
    version, objects = shelf(b"0123456789", b"", b"abc")
    (step,) = walk(version, objects, lambda: True)
    assert (step.files, step.bytes) == (3, 13)


def test_a_place_that_the_manifest_does_not_have_is_refused() -> None:
    version, objects = shelf(b"first")
    with pytest.raises(InvalidRequestError):
        verify(version, VerifyVersion(file=1), objects, lambda: True)


def test_digests_that_were_made_up_do_not_verify() -> None:
    version, objects = shelf(b"first")
    cursor = VerifyVersion(part_digests=(builders.sha("a"),))
    assert verify(version, cursor, objects, lambda: True).failures


@pytest.mark.parametrize("parts", [2, 3])
def test_a_cursor_that_leaves_nothing_to_read_is_refused(parts: int) -> None:
    version, objects = shelf(b"first")
    with pytest.raises(InvalidRequestError):
        verify(version, VerifyVersion(part_digests=(builders.sha("a"),) * parts), objects, lambda: True)


def test_a_manifest_that_was_altered_is_noticed_before_any_byte_is_read() -> None:
    version, objects = shelf(b"first")
    with pytest.raises(BytesChangedError):
        verify(
            version.model_copy(update={"manifest_digest": builders.sha("x")}),
            VerifyVersion(),
            objects,
            lambda: True,
        )
    assert objects.hashed == []


def test_verifying_at_once_names_the_paths_that_differ() -> None:
    version, objects = shelf(b"first", b"second")
    verify_whole(version, objects)
    objects.tamper(version.manifest[1].object, b"Second")
    with pytest.raises(BytesChangedError, match="file-1"):
        verify_whole(version, objects)
