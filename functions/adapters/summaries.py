"""The summaries of a writer's metrics in few bytes: a search reads those of every run.

Before zlib (see `columns`): the names as a JSON list and a line break; then step, timestamp and count of
each as int64 and last, min and max as float64, little endian and byte-shuffled. Only what C reads at once:
a search of some thousands of runs does little else.
"""

import json
import struct
import zlib

from functions.core.ports.tracking import Summaries
from lineal_contract.columns import deflated, floats, unshuffled
from lineal_contract.runs import MetricSummary

_FIELDS = 3
"""Integers of each metric, and as many floats."""
_ROW = struct.Struct(f"<{_FIELDS}q{_FIELDS}d")


def packed(summaries: Summaries) -> bytes:
    """Return summaries as bytes."""
    each = summaries.values()
    integers = [*(s.step for s in each), *(s.timestamp for s in each), *(s.count for s in each)]
    reals = [*(s.last for s in each), *(s.min for s in each), *(s.max for s in each)]
    plain = struct.pack(f"<{len(integers)}q", *integers)
    names = json.dumps([*summaries], separators=(",", ":"), ensure_ascii=False)
    head = f"{names}\n".encode() + b"".join(plain[i::8] for i in range(8))
    return deflated([head, *floats(reals)])


class Packed:
    """What `packed` was given, of which only what is asked for is unpacked."""

    def __init__(self, data: bytes) -> None:
        names, _, self._shuffled = zlib.decompress(data).partition(b"\n")
        self.keys: list[str] = json.loads(names)

    def get(self, key: str) -> MetricSummary | None:
        """Return the summary of a metric."""
        if key not in self.keys:
            return None
        at = self.keys.index(key)
        integers, reals = self._words(0, at), self._words(1, at)
        step, timestamp, points, last, least, greatest = _ROW.unpack(integers + reals)
        return MetricSummary(last=last, min=least, max=greatest, step=step, timestamp=timestamp, count=points)

    def all(self) -> dict[str, MetricSummary]:
        """Return the summaries of all metrics, unpacked at once."""
        count, half = len(self.keys), len(self._shuffled) // 2
        integers = struct.unpack(f"<{count * _FIELDS}q", unshuffled(self._shuffled[:half]))
        reals = struct.unpack(f"<{count * _FIELDS}d", unshuffled(self._shuffled[half:]))
        columns = (words[at * count :][:count] for words in (integers, reals) for at in range(_FIELDS))
        return {
            key: MetricSummary(last=last, min=least, max=greatest, step=step, timestamp=at, count=points)
            for key, step, at, points, last, least, greatest in zip(self.keys, *columns, strict=True)
        }

    def _words(self, half: int, at: int) -> bytes:
        """Return the integers or the floats of a metric, whose bytes lie apart: all first bytes are first."""
        count, size = len(self.keys), len(self._shuffled) // 2
        mixed = self._shuffled[half * size + at : (half + 1) * size : count]
        return b"".join(mixed[field::_FIELDS] for field in range(_FIELDS))
