"""What an import found, wrote and read back, and what it had to leave."""

import hashlib
from collections.abc import Mapping
from threading import Lock

from pydantic import BaseModel, ConfigDict, Field

KINDS = ("experiments", "runs", "logged models", "models", "versions", "aliases", "stages")


class Tally(BaseModel):
    """Things of one kind: at the source, written now, there before, read back and the same, left out."""

    found: int = 0
    written: int = 0
    present: int = 0
    verified: int = 0
    left: int = 0


class Volume(BaseModel):
    """Points or files of runs and versions, counted at the source and read back, and what both hash to.

    The digests are SHA-256 over those of all runs and versions, in order of id; equal means the same.
    """

    found: int = 0
    stored: int = 0
    bytes: int = 0
    left: int = 0
    found_digest: str = ""
    stored_digest: str = ""


class Problem(BaseModel):
    """Something that is not, or not quite, here as it is there."""

    kind: str
    id: str
    what: str


class Outcome(BaseModel):
    """How one run or version came over, as the journal keeps it."""

    model_config = ConfigDict(frozen=True)

    id: str
    number: int = 0
    """The number of a version here."""
    points: tuple[int, str] = (0, "")
    stored_points: tuple[int, str] = (0, "")
    files: tuple[int, str] = (0, "")
    stored_files: tuple[int, str] = (0, "")
    bytes: int = 0
    left_files: int = 0
    verified: bool = False
    problems: tuple[Problem, ...] = ()


class Report(BaseModel):
    """An import, whole. `identical` says that all that was taken was read back and is the same."""

    source: str
    kind: str
    project: str
    dry_run: bool = False
    counts: dict[str, Tally] = Field(default_factory=lambda: {kind: Tally() for kind in KINDS})
    points: Volume = Volume()
    files: Volume = Volume()
    renamed: dict[str, str] = {}
    numbers: dict[str, dict[str, int]] = {}
    """Of each model, the versions whose number here is another than at the source."""
    problems: list[Problem] = []

    @property
    def identical(self) -> bool:
        """Whether everything that was written reads back as it is at the source."""
        same = all(tally.verified + tally.left == tally.found for tally in self.counts.values())
        volumes = (self.points, self.files)
        return same and all((v.found, v.found_digest) == (v.stored, v.stored_digest) for v in volumes)

    @property
    def left_out(self) -> int:
        """How many things are not here."""
        return sum(tally.left for tally in self.counts.values()) + self.files.left


class Ledger:
    """Gathers outcomes from several threads into one report."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._outcomes: dict[str, Outcome] = {}
        self._lock = Lock()

    def count(self, kind: str, **more: int) -> None:
        """Count things of a kind."""
        with self._lock:
            tally = self.report.counts[kind]
            for name, amount in more.items():
                setattr(tally, name, getattr(tally, name) + amount)

    def problem(self, kind: str, of: str, what: object) -> None:
        """Note what is not as it is at the source."""
        self.add(Problem(kind=kind, id=of, what=str(what)))

    def add(self, problem: Problem) -> None:
        """Note a problem, once."""
        with self._lock:
            if problem not in self.report.problems:
                self.report.problems.append(problem)

    def settle(self, kind: str, outcome: Outcome, *, present: bool) -> None:
        """Take what came of a run or a version into the report."""
        self.count(kind, **{"present" if present else "written": 1, "verified": int(outcome.verified)})
        with self._lock:
            self._outcomes[f"{kind} {outcome.id}"] = outcome
        for problem in outcome.problems:
            self.add(problem)

    def close(self) -> Report:
        """Return the report with what all runs and versions hash to."""
        outcomes = dict(sorted(self._outcomes.items()))
        self.report.points = _volume({k: (o.points, o.stored_points, 0) for k, o in outcomes.items()})
        files = _volume({k: (o.files, o.stored_files, o.bytes) for k, o in outcomes.items()})
        left = sum(outcome.left_files for outcome in outcomes.values())
        self.report.files = files.model_copy(update={"left": left})
        return self.report


def _volume(sums: Mapping[str, tuple[tuple[int, str], tuple[int, str], int]]) -> Volume:
    return Volume(
        found=sum(found[0] for found, _, _ in sums.values()),
        stored=sum(stored[0] for _, stored, _ in sums.values()),
        bytes=sum(size for _, _, size in sums.values()),
        found_digest=_over({key: found[1] for key, (found, _, _) in sums.items()}),
        stored_digest=_over({key: stored[1] for key, (_, stored, _) in sums.items()}),
    )


def _over(digests: Mapping[str, str]) -> str:
    return hashlib.sha256("\n".join(f"{k} {d}" for k, d in digests.items()).encode()).hexdigest()
