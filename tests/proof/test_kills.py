"""Processes killed at random moments and at every point of writing and delivering."""

import multiprocessing
import os
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from lineal.spool.syncing import State, sync
from tests.proof import writers
from tests.proof.shelf import Shelf

KILLS = int(os.environ.get("PROOF_KILLS", "17"))
AT_A_TIME = 2
ENDED_BY_KILL = {-signal.SIGKILL, 255}  # the second where the fork server missed how a child ended

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.proof.writers"])


def killed(target: Callable[..., None], *arguments: object, after_bytes: int | None = None) -> None:
    """Run `target(root, ...)` in a process until it kills itself, or has acknowledged enough to be killed."""
    root = arguments[0]
    assert isinstance(root, Path)
    (root / "shelf").mkdir(parents=True)
    process = processes.Process(target=target, args=arguments)
    process.start()
    while after_bytes is not None and acknowledged(root) < after_bytes and process.is_alive():
        process.join(0.0005)
    if after_bytes is not None:
        process.kill()
    process.join(60)
    assert process.exitcode in ENDED_BY_KILL


def acknowledged(root: Path) -> int:
    try:
        return (root / "acknowledged").stat().st_size
    except FileNotFoundError:
        return 0


def check(root: Path, seed: int) -> None:
    """Deliver what was left, over a network that loses requests and replies, and compare."""
    shelf = Shelf(root / "shelf", unreliable=seed + 1)
    while any(report.state is not State.DELIVERED for report in sync(root / "spool", lambda about: shelf)):
        pass  # some deliveries of each attempt arrive
    found = [p.value for p in shelf.points]
    assert found == [float(i) for i in range(len(found))]
    assert 0 <= len(found) - acknowledged(root) <= 1, "what was acknowledged, and the one under way"
    assert not shelf.differed
    assert list((root / "spool").glob("*/*/*.segment")) == []
    assert list((root / "spool").glob("*/*/refused/*")) == []


def each(count: int, work: Callable[[int], None]) -> None:
    """Do `work` for each number, two at a time; the first failure is raised."""
    failures: list[BaseException] = []
    numbers = iter(range(count))
    lock = threading.Lock()

    def worker() -> None:
        while not failures:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            try:
                work(number)
            except BaseException as error:
                failures.append(error)

    threads = [threading.Thread(target=worker) for _ in range(AT_A_TIME)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_killed_at_random(tmp_path: Path) -> None:
    def one(number: int) -> None:
        root = tmp_path / str(number)
        moment = random.Random(number).randint(1, 6_000)  # noqa: S311
        killed(writers.log_until_killed, root, number, after_bytes=moment)
        check(root, number)

    each(KILLS, one)


@pytest.mark.parametrize("where", writers.KILLS)
def test_killed_where_it_hurts(tmp_path: Path, where: str) -> None:
    def one(number: int) -> None:
        root = tmp_path / str(number)
        killed(writers.log_until_point, root, number, where, number + 1)
        check(root, number)

    each(max(1, KILLS // len(writers.KILLS)), one)


def test_killed_while_syncing(tmp_path: Path) -> None:
    """`lineal sync` is killed as well, at each point in turn, and run again."""

    def one(number: int) -> None:
        root = tmp_path / str(number)
        killed(writers.log_until_killed, root, number, None, after_bytes=2_000)
        for where in ("after a delivery", "before the cursor", "after the cursor"):
            process = processes.Process(target=writers.sync_until_point, args=(root, number, where))
            process.start()
            process.join()
        check(root, number)

    each(max(2, KILLS // 10), one)


def test_cut_short_at_every_byte_of_a_segment(tmp_path: Path) -> None:
    """A power loss may take the end of a file: what is before it is delivered, once."""
    writers.log_offline(tmp_path / "whole", 6)
    (segment,) = (tmp_path / "whole" / "spool").glob("*/*/*.segment")
    data = segment.read_bytes()
    counts = []
    for length in range(len(data) + 1):
        segment.write_bytes(data[:length])
        counts.append(writers.count_in(tmp_path / "whole", tmp_path / f"cut-{length}"))
    assert counts[0] == 0
    assert counts[-1] == 6
    assert counts == sorted(counts)
    assert set(counts) == set(range(7))
