"""Points of metrics: which are missing, how they are sent, and what they hash to."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from lineal.resources.runs import Runs
from lineal_contract.chunks import ChunkError, Point, encode
from lineal_contract.runs import LogChunk

_PER_CHUNK = 20_000

Identity = tuple[str, int, int, str]


def identity(point: Point) -> Identity:
    """Return what tells a point from others: NaN is itself, and -0.0 is not 0.0."""
    return point.key, point.step, point.timestamp, float(point.value).hex()


def distinct(points: Iterable[Point]) -> list[Point]:
    """Return each point once, in order of key, step, time and value."""
    once = {identity(point): point for point in points}
    return [once[key] for key in sorted(once)]


def missing(wanted: Iterable[Point], there: Iterable[Point]) -> list[Point]:
    """Return the points that are not there yet, in order."""
    known = {identity(point) for point in there}
    return [point for point in distinct(wanted) if identity(point) not in known]


def digest_of(points: Iterable[Point]) -> str:
    """Return the SHA-256 over points, in whatever order they come and however often each."""
    digest = hashlib.sha256()
    for point in distinct(points):
        digest.update("\x1f".join(map(str, identity(point))).encode() + b"\n")
    return digest.hexdigest()


def stored(runs: Runs, run_id: str, keys: Iterable[str]) -> list[Point]:
    """Read a run's points of some metrics back."""
    return [
        Point(key, point.step, point.timestamp, point.value)
        for key in keys
        for point in runs.metric(run_id, key)
    ]


def send(runs: Runs, run_id: str, points: Sequence[Point]) -> None:
    """Deliver points; the writer's name follows from them, so that a delivery that comes twice is one."""
    if not points:
        return
    writer = f"i{digest_of(points)[:15]}"
    for seq, data in enumerate(_chunks(points)):
        runs.log_chunk(run_id, LogChunk(writer=writer, seq=seq, data=data))


def _chunks(points: Sequence[Point]) -> Iterator[bytes]:
    for start in range(0, len(points), _PER_CHUNK):
        yield from _fitting(points[start : start + _PER_CHUNK])


def _fitting(points: Sequence[Point]) -> Iterator[bytes]:
    """Chunks of points, cut in halves where they do not compress to what one may have."""
    try:
        yield encode(points)
    except ChunkError:
        if len(points) == 1:
            raise
        middle = len(points) // 2
        yield from _fitting(points[:middle])
        yield from _fitting(points[middle:])
