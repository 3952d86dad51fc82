"""The bytes of a segment: what is read back, and what of a damaged one."""

from pathlib import Path
from zlib import crc32

import pytest

from lineal.spool.buffers import can_be_mapped
from lineal.spool.cursor import Cursor, Position
from lineal.spool.cutting import Chunk, Cutter, Delivery, Step
from lineal.spool.records import (
    HEADER_BYTES,
    DamagedError,
    Header,
    Kind,
    damaged_bytes,
    key_record,
    pack_crc,
    pack_point,
    record,
    scan,
)
from lineal_contract.chunks import Point, decode

HEADER = Header("01" * 16, "abc", 7)


def point(step: int, value: float, key: int = 0) -> bytes:
    packed = pack_point(37, Kind.POINT, step, 1_000 + step, key, value)
    return packed + pack_crc(crc32(packed))


def cut(data: bytes, number: int = 1) -> list[Delivery]:
    return list(Cutter(number, 0).cut(data, last=True))


SEGMENT = (
    key_record(0, "loss")
    + point(0, 1.0)
    + point(1, 2.0)
    + record(Kind.MARK)
    + key_record(1, "ü" * 5)
    + point(2, 3.0, key=1)
    + record(Kind.OPERATION, b'{"a":1}')
    + point(3, 4.0)
)


def test_chunks_end_at_marks_before_operations_and_at_the_end() -> None:
    found = [d.points if isinstance(d, Chunk) else d.document for d in cut(SEGMENT)]
    assert found == [
        (Point("loss", 0, 1_000, 1.0), Point("loss", 1, 1_001, 2.0)),
        (Point("ü" * 5, 2, 1_002, 3.0),),
        b'{"a":1}',
        (Point("loss", 3, 1_003, 4.0),),
    ]


def test_sequences_rise_over_segments() -> None:
    seqs = [d.seq for n in (1, 2, 9) for d in cut(SEGMENT, n) if isinstance(d, Chunk)]
    assert seqs == sorted(set(seqs))
    assert max(seqs) < 2**53


def test_piece_by_piece_gives_the_same_as_all_at_once() -> None:
    ends = [end for _, _, end in scan(SEGMENT)]
    cutter, found, at = Cutter(1, 0), [], 0
    for end in ends:
        found += cutter.cut(SEGMENT[at:end], last=False)
        at = end
    found += cutter.cut(b"", last=True)
    assert found == cut(SEGMENT)


def test_a_full_chunk_is_cut_where_it_is_full_whenever_one_looks() -> None:
    data = key_record(0, "loss") + b"".join(point(i, float(i)) for i in range(25_000))
    chunks = [d for d in cut(data) if isinstance(d, Chunk)]
    assert [len(c.points) for c in chunks] == [10_000, 10_000, 5_000]
    assert [p.value for c in chunks for p in decode(c.data)] == [float(i) for i in range(25_000)]


def test_cut_short_at_every_byte_it_gives_what_is_whole_before() -> None:
    ends = [0] + [end for _, _, end in scan(SEGMENT)]
    for length in range(len(SEGMENT) + 1):
        whole = max(end for end in ends if end <= length)
        assert cut(SEGMENT[:length]) == cut(SEGMENT[:whole])
        assert cut(SEGMENT[:length] + bytes(100)) == cut(SEGMENT[:whole])
        torn = SEGMENT[whole:length] + bytes(100)
        assert damaged_bytes(torn) == 0, "the beginning of one record is what a kill leaves"


def test_any_flipped_bit_ends_it_at_the_record_before() -> None:
    ends = [0] + [end for _, _, end in scan(SEGMENT)]
    for at in range(len(SEGMENT)):
        for bit in range(8):
            damaged = bytearray(SEGMENT)
            damaged[at] ^= 1 << bit
            whole = max(end for end in ends if end <= at)
            assert cut(bytes(damaged)) == cut(SEGMENT[:whole])


def test_noise_in_the_middle_is_damage() -> None:
    ends = [end for _, _, end in scan(SEGMENT)]
    assert damaged_bytes(b"\1" + SEGMENT[ends[0] + 1 :]) > 0
    assert damaged_bytes(bytes(50)) == 0


def test_a_header_is_read_back_and_checked() -> None:
    packed = HEADER.pack()
    assert Header.unpack(packed + b"rest") == HEADER
    assert len(packed) == HEADER_BYTES
    for at in range(HEADER_BYTES):
        damaged = bytearray(packed)
        damaged[at] ^= 1
        with pytest.raises(DamagedError):
            Header.unpack(bytes(damaged))
        with pytest.raises(DamagedError):
            Header.unpack(packed[:at])


def test_a_cursor_that_is_damaged_begins_again(tmp_path: Path) -> None:
    cursor = Cursor(tmp_path / "cursor")
    assert cursor.read() == Position()
    cursor.write(Position(3, 700))
    cursor.write(Position(4, 20))
    assert cursor.read() == Position(4, 20)
    good = (tmp_path / "cursor").read_bytes()
    for at in range(len(good)):
        (tmp_path / "cursor").write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        assert cursor.read() == Position()
        (tmp_path / "cursor").write_bytes(good[:at])
        assert cursor.read() == Position()


def test_steps_keep_their_place() -> None:
    assert [type(d) for d in cut(SEGMENT)] == [Chunk, Chunk, Step, Chunk]


@pytest.mark.parametrize(
    ("mounts", "safe"),
    [
        ("/dev/a / ext4 rw 0 0\n", True),
        ("/dev/a / ext4 rw 0 0\nserver:/x {here} nfs4 rw 0 0\n", False),
        ("server:/x / nfs rw 0 0\ntmpfs {here} tmpfs rw 0 0\n", True),
        ("/dev/a / ext4 rw 0 0\nfuse {here}/deeper fuse rw 0 0\n", True),
        ("", False),
    ],
)
def test_only_known_file_systems_are_mapped(tmp_path: Path, mounts: str, safe: bool) -> None:
    table = tmp_path / "mounts"
    table.write_text(mounts.format(here=tmp_path))
    assert can_be_mapped(tmp_path, table) is safe


def test_where_nothing_tells_it_is_not_mapped(tmp_path: Path) -> None:
    assert not can_be_mapped(tmp_path, tmp_path / "missing")
