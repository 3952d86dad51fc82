"""Comparing a run that was read back with what it was to be."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from lineal.importing import points
from lineal.importing.report import Outcome, Problem
from lineal.resources.runs import Run
from lineal_contract.artifacts import LogArtifact, ManifestEntry
from lineal_contract.chunks import Point
from lineal_contract.runs import CreateRun, RunStatus


def checked(
    stored: Run,
    wanted: CreateRun,
    found: Sequence[Point],
    read: Sequence[Point],
    artifacts: Sequence[LogArtifact],
    *,
    ended: bool,
) -> Outcome:
    """Return counts and digests of both sides, and what differs."""
    there = {a.name: _entries(a.files) for a in stored.artifacts}
    here = {a.name: {file.path: file.digest for file in a.files} for a in artifacts}
    read_once = points.distinct(read)
    outcome = Outcome(
        id=stored.run_id,
        points=(len(found), points.digest_of(found)),
        stored_points=(len(read_once), points.digest_of(read_once)),
        files=(_count(here), files_digest(here)),
        stored_files=(_count(there), files_digest(there)),
        bytes=sum(e.object.size for a in stored.artifacts for e in a.files),
    )
    differing = [*_differences(stored, wanted, ended), *_of_content(outcome)]
    problems = tuple(Problem(kind="run", id=wanted.run_id, what=what) for what in differing)
    return outcome.model_copy(update={"verified": not problems, "problems": problems})


def files_digest(artifacts: Mapping[str, Mapping[str, str]]) -> str:
    """Return the SHA-256 over the paths and content addresses of artifacts."""
    lines = sorted(
        f"{name}\x1f{path}\x1f{d}" for name, files in artifacts.items() for path, d in files.items()
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _entries(files: Iterable[ManifestEntry]) -> dict[str, str]:
    return {entry.path: entry.object.digest for entry in files}


def _count(artifacts: Mapping[str, Mapping[str, str]]) -> int:
    return sum(map(len, artifacts.values()))


def _of_content(outcome: Outcome) -> list[str]:
    differing = []
    if outcome.points != outcome.stored_points:
        differing.append(
            f"it has {outcome.stored_points[0]} points here and {outcome.points[0]} at the source"
        )
    if outcome.files != outcome.stored_files:
        differing.append("its files are not those of the source: it had finished before they changed there")
    return differing


def _differences(stored: Run, wanted: CreateRun, ended: bool) -> list[str]:
    differing = []
    if stored.params != wanted.params:
        differing.append("its params are not those of the source")
    if not wanted.tags.items() <= stored.tags.items():
        differing.append("its tags are not those of the source")
    if (stored.status is not RunStatus.RUNNING) != ended:
        differing.append(f"it is {stored.status} here")
    if stored.started_at != wanted.started_at:
        differing.append("it began at another time here")
    return differing
