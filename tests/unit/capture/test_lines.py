"""From printed bytes to lines, in whatever pieces they come; and the files that keep them."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineal.capture.console.lines import MAX_LINE_BYTES, Lines
from lineal.spool.lines import LineFiles, complete_files, read
from lineal_contract.logs import pack, unpack


def read_all(*pieces: bytes) -> list[str]:
    lines = Lines()
    found = [line for piece in pieces for line in lines.feed(piece)]
    last = lines.end()
    return found + ([last] if last is not None else [])


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (b"a\nb\n", ["a", "b"]),
        (b"a\r\nb", ["a", "b"]),
        (b"\n\n", ["", ""]),
        (b"  1%\r 50%\r100%\n", ["100%"]),
        (b"10%\r", ["10%"]),
        (b"1/3\x08\x08\x082/3\n", ["2/3"]),
        (b"\x1b[1;31mred\x1b[0m \x1b]0;title\x07text\n", ["red text"]),
        (b"\xff\xfe caf\xc3\xa9\n", ["\ufffd\ufffd café"]),
        (b"nul\x00bell\x07\ttab\n", ["nulbell\ttab"]),
        (b"up\x1b[A\x1b[2Kdone\n", ["updone"]),
    ],
)
def test_what_is_read_is_what_was_seen_at_the_end(printed: bytes, shown: list[str]) -> None:
    assert read_all(printed) == shown


@given(st.binary(max_size=200), st.integers(1, 20))
def test_pieces_make_no_difference(printed: bytes, size: int) -> None:
    pieces = [printed[i : i + size] for i in range(0, len(printed), size)]
    whole = read_all(printed)
    assert read_all(*pieces) == whole
    if whole:
        text = "".join(f"1 o {line}\n" for line in whole)
        assert [line.text for line in unpack(pack(text.encode(errors="replace")))] == whole


def test_a_line_without_end_keeps_its_beginning() -> None:
    (line,) = read_all(*[b"x" * 1000] * 50, b"\n")
    assert line.startswith("x" * MAX_LINE_BYTES)
    assert f"{50_000 - MAX_LINE_BYTES} bytes of this line were left out" in line


def test_a_bar_that_never_ends_is_shown_from_time_to_time() -> None:
    lines = Lines()
    assert lines.feed(b"\r10%") == []
    assert [lines.progress(), lines.progress()] == ["10%", None]
    lines.feed(b"\r20%" * 10_000)
    assert lines.progress() == "20%"
    assert lines.feed(b"\r30%\n") == ["30%"]


def test_files_are_complete_one_by_one_and_torn_lines_are_none(tmp_path: Path) -> None:
    files = LineFiles(tmp_path, 10**6, 10**5)
    files.append(5, "o", ["one", "two"])
    files.complete()
    files.append(6, "e", ["three"])
    assert [read(p) for p in complete_files(tmp_path, ended=False)] == [(0, 0, b"5 o one\n5 o two\n")]
    (left,) = tmp_path.glob("*.open")
    left.write_bytes(left.read_bytes() + b"7 o tor")
    assert [read(p) for p in complete_files(tmp_path, ended=True)][1] == (1, 2, b"6 e three\n")


def test_a_full_disk_leaves_no_empty_file_and_its_lines_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = LineFiles(tmp_path, 10**6, 10**5)
    files.append(5, "o", ["one"])
    files.complete()

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        files.append(6, "o", ["two", "three"])
    files.append(7, "o", ["four"])
    files.end()
    found = [read(p)[1:] for p in complete_files(tmp_path, ended=True)]
    assert found == [(0, b"5 o one\n"), (3, b"7 o four\n")]


def test_a_file_that_was_only_just_made_has_no_lines(tmp_path: Path) -> None:
    """As a kill leaves it, between making and writing it."""
    (tmp_path / "0000000003.open").touch()
    assert [read(p) for p in complete_files(tmp_path, ended=True)] == [(3, 0, b"")]


def test_what_is_dropped_is_in_the_middle(tmp_path: Path) -> None:
    files = LineFiles(tmp_path, 300_000, 300_000)
    for i in range(10_000):
        files.append(i, "o", [f"{i} " + "x" * 200])
    assert complete_files(tmp_path, ended=False)
    files.end()
    parts = [read(p) for p in complete_files(tmp_path, ended=False)]
    assert (parts[0][1], parts[-1][2].splitlines()[-1].split(b" ")[2]) == (0, b"9999")
    assert sum(len(data) for _, _, data in parts) < 1_300_000
    for _, first, data in parts:
        assert data.split(b" ")[2] == str(first).encode()
