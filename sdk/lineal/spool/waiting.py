"""What of a run still waits in a writer's folder."""

from dataclasses import dataclass
from pathlib import Path

from lineal.spool.cursor import Cursor
from lineal.spool.folders import CURSOR
from lineal.spool.records import HEADER_BYTES, Kind, scan
from lineal.spool.segments import segment_files
from lineal.wording import counted


@dataclass(frozen=True)
class Waiting:
    """How many points and operations are not delivered."""

    points: int = 0
    operations: int = 0

    def __str__(self) -> str:
        parts = ((self.points, "metric point"), (self.operations, "change"))
        return " and ".join(counted(count, what) for count, what in parts if count) or "some records"


NOTHING = Waiting()


@dataclass(frozen=True)
class Left:
    """What a closed spool did not deliver: what waits on the disk, and how many changes are lost.

    Changes are lost that were in memory alone, for the disk took nothing. Points are counted as they are.
    """

    waiting: Waiting | None = None
    lost_changes: int = 0


def waiting_in(folder: Path) -> Waiting:
    """Count what is behind the cursor. Raises OSError."""
    done, points, operations = Cursor(folder / CURSOR).read(), 0, 0
    for path in segment_files(folder):
        number = int(path.stem)
        for kind, _, end in scan(path.read_bytes()[HEADER_BYTES:]):
            if (number, HEADER_BYTES + end) > (done.segment, done.offset):
                points += kind == Kind.POINT
                operations += kind == Kind.OPERATION
    return Waiting(points, operations)
