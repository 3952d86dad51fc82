"""The summaries of a writer's metrics in few bytes: a search reads those of every run.

Before zlib (see `columns`): the names as a JSON list and a line break; then step, timestamp and count of
each as int64 and last, min and max as float64, little endian and byte-shuffled. Only what C reads at once:
a search of some thousands of runs does little else.
"""

import json
import struct
import zlib

from functions.core.ports.tracking import Summaries
from lineal_contract.columns import deflated, floats
from lineal_contract.runs import MetricSummary

_FIELDS = 3
"""Integers and floats of each metric."""


def packed(summaries: Summaries) -> bytes:
    """Return summaries as bytes."""
    each = summaries.values()
    integers = [*(s.step for s in each), *(s.timestamp for s in each), *(s.count for s in each)]
    reals = [*(s.last for s in each), *(s.min for s in each), *(s.max for s in each)]
    plain = struct.pack(f"<{len(integers)}q", *integers)
    names = json.dumps([*summaries], separators=(",", ":"), ensure_ascii=False)
    head = f"{names}\n".encode() + b"".join(plain[i::8] for i in range(8))
    return deflated([head, *floats(reals)])


Row = tuple[int, int, int, float, float, float]
"""Step, timestamp, count, last, min, max."""


def rows(data: bytes) -> dict[str, Row]:
    """Return what `packed` was given, by name."""
    names, _, shuffled = zlib.decompress(data).partition(b"\n")
    keys: list[str] = json.loads(names)
    count, half = len(keys), len(shuffled) // 2
    plain = bytearray(len(shuffled))
    for i in range(8):
        plain[i:half:8] = shuffled[i * half // 8 : (i + 1) * half // 8]
        plain[half + i :: 8] = shuffled[half + i * half // 8 : half + (i + 1) * half // 8]
    numbers = struct.unpack(f"<{_FIELDS * count}q{_FIELDS * count}d", plain)
    columns = (numbers[at * count : (at + 1) * count] for at in range(2 * _FIELDS))
    return dict(zip(keys, zip(*columns, strict=True), strict=True))


def summary(row: Row) -> MetricSummary:
    """Return a row as the contract has it."""
    step, timestamp, count, last, least, greatest = row
    return MetricSummary.model_construct(
        last=last, min=least, max=greatest, step=step, timestamp=timestamp, count=count
    )
