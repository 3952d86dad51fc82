"""Appending: threads, signal handlers, disks that take nothing."""

import errno
import os
import signal
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lineal.spool import buffers, segments, supply
from lineal.spool.buffers import WrittenFile
from lineal.spool.cutting import Chunk, Cutter
from lineal.spool.records import HEADER_BYTES, POINT_BYTES, Kind
from lineal.spool.segments import segment_files
from lineal.spool.writer import Writer
from lineal.tracking.metrics import SpoolSink

RUN = "01" * 16


def values_on_disk(folder: Path) -> list[float]:
    found = []
    for number, path in enumerate(segment_files(folder), 1):
        for delivery in Cutter(number, HEADER_BYTES).cut(path.read_bytes()[HEADER_BYTES:], last=True):
            assert isinstance(delivery, Chunk)
            found += [p.value for p in delivery.points]
    return found


class Direct:
    """A spool that is nothing but a writer."""

    class clock:  # noqa: N801 - stands for an attribute
        offset = 0

    lost_points = 0
    is_closed = False

    def __init__(self, one: Writer) -> None:
        self.writer, self.intern = one, one.intern


def sink_of(one: Writer) -> SpoolSink:
    return SpoolSink(Direct(one))  # type: ignore[arg-type]


@pytest.fixture(params=["mapped", "written", "mapped, threads at once"])
def new_writer(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a writer for a file system that is mapped, one that is not, and a Python without its one lock."""
    monkeypatch.setattr(supply, "can_be_mapped", lambda folder: request.param != "written")
    monkeypatch.setattr(buffers, "_ONE_THREAD_RUNS", request.param == "mapped")
    return lambda **options: Writer(tmp_path, RUN, "w", **options)


def test_what_was_taken_over_is_on_disk_at_once_over_many_segments(new_writer: Any, tmp_path: Path) -> None:
    one = new_writer(segment_bytes=600)
    sink = sink_of(one)
    for i in range(100):
        sink.log({"loss": float(i), "acc": -float(i)}, step=i)
        assert values_on_disk(tmp_path)[-2:] == [float(i), -float(i)]
    assert len(segment_files(tmp_path)) > 10
    assert values_on_disk(tmp_path) == [v for i in range(100) for v in (float(i), -float(i))]


def test_32_threads_lose_nothing_and_keep_their_order(new_writer: Any, tmp_path: Path) -> None:
    sink = sink_of(new_writer(segment_bytes=20_000))
    together = threading.Barrier(32)

    def work(number: int) -> None:
        together.wait()
        for i in range(300):
            sink.log({f"t{number}": float(i)})

    threads = [threading.Thread(target=work, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sink.lost_points == 0
    series: dict[str, list[tuple[int, float]]] = {}
    for number, path in enumerate(segment_files(tmp_path), 1):
        for delivery in Cutter(number, HEADER_BYTES).cut(path.read_bytes()[HEADER_BYTES:], last=True):
            assert isinstance(delivery, Chunk)
            for p in delivery.points:
                series.setdefault(p.key, []).append((p.step, p.value))
    assert series == {f"t{n}": [(i, float(i)) for i in range(300)] for n in range(32)}


def test_a_signal_handler_may_log_in_the_middle_of_logging(new_writer: Any, tmp_path: Path) -> None:
    sink = sink_of(new_writer(segment_bytes=5_000))
    handled = 0

    def handler(_signal: int, _frame: object) -> None:
        """Log, and only then ask for the next signal: else handlers pile up where the machine is busy."""
        nonlocal handled
        sink.log({"signal": -1.0})
        handled += 1
        if handled < 200:
            signal.setitimer(signal.ITIMER_REAL, 0.0002)

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.0002)
    try:
        logged = 0
        while handled < 200:
            sink.log({"loss": 1.0})
            logged += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    found = values_on_disk(tmp_path)
    assert (found.count(1.0), found.count(-1.0), sink.lost_points) == (logged, handled, 0)


def test_ctrl_c_in_the_middle_of_logging_costs_that_call_alone(
    new_writer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = sink_of(new_writer(segment_bytes=600))
    sink.log({"loss": 0.0})

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as disk:
        disk.setattr(segments, "create_file", interrupted)
        disk.setattr(os, "pwrite", interrupted)
        with pytest.raises(KeyboardInterrupt):
            for _ in range(100):
                sink.log({"loss": 1.0})
    before = values_on_disk(tmp_path)
    sink.log({"loss": 2.0})
    assert (values_on_disk(tmp_path), sink.lost_points) == ([*before, 2.0], 0)


def test_a_thread_that_marks_the_ends_of_chunks_leaves_nothing_behind(
    new_writer: Any, tmp_path: Path
) -> None:
    one = new_writer(segment_bytes=20_000)
    sink, found = sink_of(one), []
    cutters: dict[int, Cutter] = {}
    logging = threading.Thread(target=lambda: [sink.log({"loss": float(i)}) for i in range(20_000)])
    logging.start()
    last = False
    while not last:
        last = not logging.is_alive()
        for extent in one.mark():
            cutter = cutters.setdefault(extent.segment.number, Cutter(extent.segment.number, HEADER_BYTES))
            data = extent.segment.read(cutter.offset, extent.end)
            for delivery in cutter.cut(data, last=extent.sealed):
                assert isinstance(delivery, Chunk)
                found += [p.value for p in delivery.points]
            if extent.sealed:
                one.drop(extent.segment)
    assert found == [float(i) for i in range(20_000)]


def test_a_mark_is_set_only_behind_something_new(new_writer: Any) -> None:
    one = new_writer()
    sink = sink_of(one)
    ends = []
    for _ in range(2):
        sink.log({"loss": 1.0})
        assert one.waiting_bytes >= POINT_BYTES
        ends += [one.mark()[0].end, one.mark()[0].end]
        assert one.waiting_bytes == 0
    assert ends[0] == ends[1] < ends[2] == ends[3]


def test_a_known_key_is_not_written_again_whatever_the_type_of_its_values(tmp_path: Path) -> None:
    one = Writer(tmp_path, RUN, "w")
    sink = sink_of(one)
    sink.log({"loss": 1.0})
    before = one.segments[0].filled
    for value in (2, np.float32(3), np.float64(4), np.int64(5)):
        sink.log({"loss": value}, step=np.int64(value))
    assert one.segments[0].filled == before + 4 * POINT_BYTES
    assert values_on_disk(tmp_path) == [1.0, 2.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize(
    "code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO], ids=errno.errorcode.get
)
def test_a_disk_that_takes_nothing_costs_bounded_memory_until_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    one = Writer(tmp_path, RUN, "w", segment_bytes=600)
    sink = sink_of(one)
    sink.log({"loss": 0.0})
    with monkeypatch.context() as disk:
        disk.setattr(segments, "create_file", fail)
        count = 0
        while sink.lost_points == 0:
            count += 1
            sink.log({"loss": float(count)})
    assert one.kinds_in_memory()[Kind.POINT] == count - 1 - (len(values_on_disk(tmp_path)) - 1)
    assert sum(s.capacity for s in one.segments if s.in_memory) <= 16 * 600
    assert len(caplog.records) == 2, "once that memory is used, once that points are lost"
    monkeypatch.setattr(supply.time, "monotonic", lambda: 1e12)
    sink.log({"loss": -1.0})
    assert values_on_disk(tmp_path)[-1] == -1.0
    assert sink.lost_points == 1


def test_a_disk_that_breaks_in_the_middle_of_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supply, "can_be_mapped", lambda folder: False)
    one = Writer(tmp_path, RUN, "w")
    sink = sink_of(one)
    for i in range(3):
        sink.log({"loss": float(i)})
    whole = os.pwrite

    def torn(descriptor: int, data: bytes, offset: int) -> int:
        return whole(descriptor, data[:20], offset)

    monkeypatch.setattr(os, "pwrite", torn)
    sink.log({"loss": 3.0})
    monkeypatch.undo()
    sink.log({"loss": 4.0})
    assert values_on_disk(tmp_path) == [0.0, 1.0, 2.0]
    assert (one.kinds_in_memory()[Kind.POINT], sink.lost_points) == (2, 0)
    assert one.segments[-1].in_memory


def test_without_a_folder_all_is_in_memory() -> None:
    one = Writer(None, RUN, "w")
    sink_of(one).log({"loss": 1.0})
    assert one.kinds_in_memory()[Kind.POINT] == 1


def test_a_closed_writer_takes_nothing(tmp_path: Path) -> None:
    one = Writer(tmp_path, RUN, "w")
    sink = sink_of(one)
    sink.log({"loss": 1.0})
    one.close()
    sink.log({"loss": 2.0})
    assert (values_on_disk(tmp_path), sink.lost_points) == ([1.0], 1)
    assert segment_files(tmp_path)[0].stat().st_size < 1_000, "the room behind the end is given back"


def test_a_written_file_is_read_back(tmp_path: Path) -> None:
    with (tmp_path / "f").open("w+b") as file:
        buffer = WrittenFile(os.dup(file.fileno()), size=5)
        buffer.write(b"abc")
        assert (buffer[1:3], buffer.tell()) == (b"bc", 3)
        with pytest.raises(ValueError, match="no room"):
            buffer.write(b"def")
        buffer.close()
