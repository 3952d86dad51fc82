"""How long is waited between two looks at what the server does in its own time."""

import itertools
import time

import pytest

import lineal
from lineal.http.polling import poll


class Clock:
    """Time that passes by sleeping alone."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.pauses = 100.0, list[float]()
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(time, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.mark.parametrize("ready", [0.05, 0.75, 1.2, 5.0, 30.0])
def test_what_is_there_is_found_soon(clock: Clock, ready: float) -> None:
    began = clock.now
    assert poll(lambda: clock.now - began >= ready or None, 60, "it is not there")
    late = clock.now - began - ready
    assert late <= max(0.1, ready / 4)


def test_looks_become_rare_but_never_rarer_than_every_two_seconds(clock: Clock) -> None:
    looks = itertools.count()
    poll(lambda: clock.now >= 160 or (next(looks), None)[1], 120, "it is not there")
    assert clock.pauses == sorted(clock.pauses)
    assert (clock.pauses[0], clock.pauses[-1]) == (0.1, 2.0)
    assert next(looks) < 45


@pytest.mark.parametrize("timeout", [0.0, 0.25, 7.0])
def test_nobody_waits_longer_than_asked(clock: Clock, timeout: float) -> None:
    looks = itertools.count()
    with pytest.raises(lineal.WaitTimeoutError, match=f"it goes on after {timeout:g} seconds"):
        poll(lambda: (next(looks), None)[1], timeout, "it goes on")
    assert clock.now == pytest.approx(100 + timeout)
    assert next(looks) == len(clock.pauses) + 1
