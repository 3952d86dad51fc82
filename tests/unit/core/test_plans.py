"""What is to be hashed is shared out: all of it, once, and no share more than a function has the time for."""

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.core.objects.hashing import Hashing
from functions.core.objects.plans import (
    GIB,
    SHARE_BYTES,
    SHARE_FILES,
    SMALL_BYTES,
    SMALL_FILES,
    WHOLE_BYTES,
    Plan,
    PlannedFile,
    of_known,
    shares,
    stretch,
)
from functions.core.ports.staging import Digests, Stretch
from lineal_contract.artifacts import ManifestEntry
from lineal_contract.digests import MAX_OBJECT_BYTES, content_address, part_count, part_size
from tests import builders
from tests.builders import PROJECT, sha
from tests.fakes.objects import MemoryObjectRecords
from tests.fakes.staging import MemoryStaging

SIZES = st.one_of(
    st.integers(min_value=0, max_value=GIB),
    st.sampled_from([SHARE_BYTES, SHARE_BYTES + 1, WHOLE_BYTES, WHOLE_BYTES + 1, MAX_OBJECT_BYTES]),
)


def plan_of(sizes: list[int]) -> Plan:
    files = (PlannedFile(path=f"{n:05}", key=f"k{n}", version_id="1", size=s) for n, s in enumerate(sizes))
    return Plan(bucket="b", files=tuple(files))


@settings(max_examples=25)  # the longest object has thousands of parts
@given(st.lists(SIZES, min_size=1, max_size=8))
def test_every_byte_is_in_one_share(sizes: list[int]) -> None:
    plan = plan_of(sizes)
    cut = shares(plan)
    assert cut == shares(Plan.model_validate_json(plan.to_bytes())), "the same for whoever reads the plan"
    parts: dict[int, list[int]] = {}
    for share in cut:
        lengths = [stretch(plan, piece).length for piece in share]
        assert len(share) <= SHARE_FILES
        assert sum(lengths) <= SHARE_BYTES or len(share) == 1
        assert all(piece.whole or length <= SHARE_BYTES for piece, length in zip(share, lengths, strict=True))
        for piece in share:
            parts.setdefault(piece.file, []).extend(range(piece.first, piece.first + piece.parts))
    assert parts == {n: list(range(1, part_count(size) + 1)) for n, size in enumerate(sizes)}
    for number, size in enumerate(sizes):
        found = [stretch(plan, p) for share in cut for p in share if p.file == number]
        assert sum(each.length for each in found) == size
        assert [each.start for each in found] == [sum(e.length for e in found[:n]) for n in range(len(found))]


def test_the_longest_object_and_many_files_fit_one_execution() -> None:
    assert len(shares(plan_of([MAX_OBJECT_BYTES] * 2))) * 7 < 25_000, "events of the history"
    assert len(shares(plan_of([1] * 50_000))) == 50


def test_small_is_what_a_client_waits_for() -> None:
    assert plan_of([SMALL_BYTES]).is_small
    assert not plan_of([SMALL_BYTES, 1]).is_small
    assert plan_of([1] * SMALL_FILES).is_small
    assert not plan_of([1] * (SMALL_FILES + 1)).is_small


def test_known_bytes_are_not_hashed_again() -> None:
    stored = builders.stored(b"x").model_copy(update={"size": SMALL_BYTES * 2})
    plan = of_known("b", [ManifestEntry(path=f"{n}", object=stored) for n in range(3)])
    assert (plan.is_small, shares(plan)) == (True, ())
    entries = Hashing(MemoryStaging(), MemoryObjectRecords()).join(PROJECT, plan, ())
    assert [entry.object for entry in entries] == [stored] * 3


class Long(MemoryStaging):
    """Says of each part that its digest is of its number."""

    def digests(self, wanted: list[Stretch]) -> list[Digests | None]:  # type: ignore[override]
        return [self._numbered(each) for each in wanted]

    def _numbered(self, wanted: Stretch) -> Digests:
        first = wanted.start // wanted.room + 1
        count = -(-wanted.length // wanted.room)
        return Digests(tuple(sha(b"%d" % n) for n in range(first, first + count)), sha(b"all"))


def test_a_file_too_long_for_one_call_has_the_address_of_its_parts_and_no_plain_digest() -> None:
    size = WHOLE_BYTES + 5
    plan = plan_of([size, WHOLE_BYTES])
    hashing = Hashing(Long(), MemoryObjectRecords())
    cut = shares(plan)
    assert len(cut) == 10
    done = [piece for share in reversed(cut) for piece in hashing.pieces(PROJECT, plan, share)]
    long, whole = hashing.join(PROJECT, plan, done)
    numbers = range(1, size // part_size(size) + 2)
    assert long.object.digest == content_address(sha(b"%d" % n) for n in numbers)
    assert (long.object.sha256, whole.object.sha256) == ("", sha(b"all"))
