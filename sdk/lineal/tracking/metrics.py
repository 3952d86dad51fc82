"""From `run.log` to the spool, without ever stopping the training loop."""

from collections.abc import Mapping
from struct import error as StructError  # noqa: N812 - it is an exception
from time import monotonic_ns
from typing import Any, Protocol
from zlib import crc32

from lineal.spool.live import Spool
from lineal.spool.once import Once
from lineal.spool.records import POINT_BYTES, Kind, pack_crc, pack_point
from lineal.spool.writer import Key
from lineal.tracking.points import KEYS, as_number, as_step, composed, is_key

_POINT = int(Kind.POINT)


class MetricSink(Protocol):
    """Where metrics go. `log` neither raises nor waits for the network."""

    @property
    def lost_points(self) -> int:
        """How many points were not taken over, or will never be delivered."""
        ...

    def log(self, metrics: Any, step: Any = None) -> None:
        """Take the numbers of one step over."""
        ...

    def flush(self, timeout: float) -> bool:
        """Deliver what was taken over so far, within `timeout` seconds; say whether nothing is left."""
        ...

    def close(self, timeout: float) -> bool:
        """Take nothing more; deliver what is left, and say whether nothing is."""
        ...


class SpoolSink:
    """Appends each point to the spool before `log` returns. See `points` for what a point may be.

    Without a step, each key counts its own: 0, 1, 2 and so on, or one past its last step. `first_steps` says
    where keys begin that a run has already.
    """

    def __init__(self, spool: Spool, first_steps: Mapping[str, int] | None = None) -> None:
        self._spool = spool
        self._first_steps = first_steps or {}
        self._lost = 0
        self._once = Once()

    @property
    def lost_points(self) -> int:
        """How many points were left out, found no room, or were refused by the server."""
        return self._lost + self._spool.lost_points

    def log(self, metrics: Any, step: Any = None) -> None:
        """Take the numbers of one step over; well below a microsecond each for floats under known keys."""
        spool = self._spool
        writer = spool.writer
        moment = (monotonic_ns() + spool.clock.offset) // 1_000_000
        try:
            if type(step) is not int and step is not None:
                given, step = step, as_step(step)
                if step is None:
                    return self._reject(f"step {given!r:.80} is not a 64-bit integer", len(metrics))
            for name, value in metrics.items():
                key = writer.keys.get(name)
                if key is None or type(value) is not float:
                    self._check_and_put(name, value, step, moment)
                    continue
                at = key.next_step if step is None else step
                point = pack_point(POINT_BYTES, _POINT, at, moment, key.number, value)
                data = point + pack_crc(crc32(point))
                try:
                    writer.write(data)  # here rather than in a method of its own, which is a tenth of it all
                except ValueError:
                    if not writer.append_slowly(data):
                        self._lose()
                        continue
                key.next_step = at + 1
        except StructError:
            self._reject(f"step {step!r:.80} is not a 64-bit integer", len(metrics))
        except Exception as error:  # the edge to the training loop, which goes on whatever it passed
            self._log_failed(metrics, error)
        return None

    def flush(self, timeout: float) -> bool:
        """Deliver what was logged so far; false if it cannot be done now, or not in time."""
        return self._spool.drain(timeout)

    def close(self, timeout: float) -> bool:
        """Deliver what is left, and say whether nothing is; what is waits for `lineal sync`."""
        return self._spool.close(timeout)

    def _check_and_put(self, name: Any, value: Any, step: int | None, moment: int) -> None:
        """Put what may be a point, and may be the first of its key."""
        name = composed(name)
        key = self._spool.writer.keys.get(name)
        if key is None and not is_key(name):
            return self._reject(f"{name!r:.80} is not a metric's name: {KEYS}")
        if (number := as_number(value)) is None:
            what = "too large a number" if type(value) is int else f"not a number but {type(value).__name__}"
            return self._reject(f"metric {name!r:.80} is {what}")
        key = key or self._new_key(name)
        if key is None:
            return self._lose()
        at = key.next_step if step is None else step
        point = pack_point(POINT_BYTES, _POINT, at, moment, key.number, number)
        if not self._spool.writer.append(point + pack_crc(crc32(point))):
            return self._lose()
        key.next_step = at + 1
        return None

    def _new_key(self, name: str) -> Key | None:
        key = self._spool.intern(name)
        if key is not None:
            key.next_step = key.next_step or self._first_steps.get(name, 0)
        return key

    def _log_failed(self, metrics: Any, error: Exception) -> None:
        if isinstance(metrics, Mapping):
            self._reject(f"{type(error).__name__}: {error!s:.200}")
        else:
            self._reject(f"log takes a dict of numbers by name, not {type(metrics).__name__}")

    def _reject(self, why: str, count: int = 1) -> None:
        self._lost += count
        self._once.warn(f"not logged: {why}")

    def _lose(self) -> None:
        self._lost += 1
        why = "the run has ended" if self._spool.is_closed else "there is no room for them"
        self._once.warn(f"metric points are lost: {why}")


class NoSink:
    """Takes everything and keeps nothing: what `LINEAL_MODE=disabled` logs to."""

    lost_points = 0

    def log(self, metrics: Any, step: Any = None) -> None:
        """Do nothing."""

    def flush(self, timeout: float) -> bool:  # noqa: ARG002
        """Say that nothing is left."""
        return True

    def close(self, timeout: float) -> bool:  # noqa: ARG002
        """Say that nothing is left."""
        return True
