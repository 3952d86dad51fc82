"""What an import has done, in a file: it makes a second start quick, and none of it is needed to be right.

A line is written when a run or version has been read back. A line that was cut short is none.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any

from pydantic import ValidationError

from lineal.errors import DiskError
from lineal.importing.records import LoggedModelRecord, RunRecord, VersionRecord
from lineal.importing.report import Outcome


def default_folder() -> Path:
    """Return where journals are kept: a folder of this user for state that is not to be lost."""
    state = os.environ.get("XDG_STATE_HOME") or Path("~", ".local", "state").expanduser()
    return Path(state, "lineal", "imports")


def fingerprint(record: RunRecord | VersionRecord | LoggedModelRecord) -> str:
    """Return the digest of a record: another one means that the source has changed it."""
    text = json.dumps(asdict(record), sort_keys=True, default=str)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


class Journal:
    """The journal of one source into one project."""

    def __init__(self, folder: Path, source: str, api_url: str, project: str) -> None:
        """Open the journal, new or as it was left. Raises DiskError."""
        name = hashlib.sha256("\n".join((source, api_url, project)).encode()).hexdigest()[:16]
        self.path = folder / f"{name}.jsonl"
        self._lock = Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._done = _read(self.path)
            self._file = self.path.open("ab")
            if self._file.tell() and not self.path.read_bytes().endswith(b"\n"):
                self._file.write(b"\n")
        except OSError as error:
            raise DiskError(f"{self.path} cannot be written: {error.strerror or error}") from error

    def outcome(self, kind: str, of: str, mark: str) -> Outcome | None:
        """Return how something came over whole and verified whose fingerprint is still the same."""
        found = self._done.get((kind, of))
        if found is None or found[0] != mark or found[1].left_files:
            return None
        return found[1] if found[1].verified else None

    def write(self, kind: str, of: str, mark: str, outcome: Outcome) -> None:
        """Note how something came over. Raises DiskError."""
        line = json.dumps({"kind": kind, "of": of, "mark": mark, "outcome": outcome.model_dump(mode="json")})
        try:
            with self._lock:
                self._file.write(line.encode() + b"\n")
                self._file.flush()
                os.fsync(self._file.fileno())
        except OSError as error:
            raise DiskError(f"{self.path} cannot be written: {error.strerror or error}") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _read(path: Path) -> dict[tuple[str, str], tuple[str, Outcome]]:
    if not path.exists():
        return {}
    done: dict[tuple[str, str], tuple[str, Outcome]] = {}
    for line in path.read_bytes().splitlines():
        try:
            entry: Mapping[str, Any] = json.loads(line)
            outcome = Outcome.model_validate(entry["outcome"])
            done[entry["kind"], entry["of"]] = entry["mark"], outcome
        except (ValueError, KeyError, TypeError, ValidationError):
            continue
    return done
