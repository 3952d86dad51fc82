"""The folders of the spool: one per writer below one per run, and whose they are.

A writer's folder is locked with flock as long as its process lives, and the kernel drops the lock however
that ends: nobody trusts a process id, which may be another's by now.
"""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from lineal.errors import IntegrityError
from lineal.spool import lines

_ABOUT = "about.json"
_LOCK = "lock"
_UNBORN = ".new-"
REFUSED = "refused"
ARTIFACTS = "artifacts"
CURSOR = "cursor"


@dataclass(frozen=True)
class About:
    """Where a writer's records are to be delivered; without an address, `lineal sync` is told one."""

    run_id: str
    writer: str
    api_url: str | None = None
    project: str | None = None
    creates: bool = False
    """Whether its first record makes the run: the run's other writers are delivered after it."""


@dataclass(frozen=True)
class WriterFolder:
    """A folder whose lock is held; `lock` is the descriptor that holds it."""

    path: Path
    about: About
    lock: int

    def release(self) -> None:
        """Let others have it."""
        os.close(self.lock)

    def remove_if_empty(self) -> bool:
        """Remove it unless it holds undelivered records or what was refused; say whether it is gone."""
        keep = [REFUSED, ARTIFACTS, lines.FOLDER]
        if any(self.path.glob("*.segment")) or any(any((self.path / k).glob("*")) for k in keep):
            return False
        shutil.rmtree(self.path, ignore_errors=True)
        with suppress(OSError):  # another writer of the run is there
            self.path.parent.rmdir()
        return not self.path.exists()


def default_spool() -> Path:
    """Return the spool of this user: LINEAL_SPOOL_DIR, or a folder for state that is not to be lost."""
    if chosen := os.environ.get("LINEAL_SPOOL_DIR"):
        return folder_of(chosen)
    state = os.environ.get("XDG_STATE_HOME") or Path("~", ".local", "state").expanduser()
    return folder_of(Path(state, "lineal", "spool"))


def folder_of(spool: str | Path) -> Path:
    """Return where a spool is, also for a program that goes to another folder later, as Hydra's do."""
    return Path(spool).expanduser().absolute()


def new_writer() -> str:
    """Return a name that no other writer of the run has."""
    return secrets.token_hex(8)


def create(spool: Path, wanted: About) -> WriterFolder:
    """Make and lock the folder of a new writer. Raises OSError.

    It appears under its name when it is locked and complete: nobody can take it for one that was left.
    """
    home = spool / wanted.run_id
    unborn = home / f"{_UNBORN}{wanted.writer}"
    _make(unborn)
    lock = os.open(unborn / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        (unborn / _ABOUT).write_text(json.dumps(asdict(wanted)))
        path = unborn.rename(home / wanted.writer)
    except OSError:
        os.close(lock)
        raise
    return WriterFolder(path, wanted, lock)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, mode=0o700)
    except FileNotFoundError:  # whoever removed the run's last writer removed the run's folder just now
        folder.mkdir(parents=True, mode=0o700)


def writers(spool: Path) -> list[Path]:
    """Return the folders of all writers, by run."""
    return sorted(p.parent for p in spool.glob(f"*/*/{_ABOUT}") if not p.parent.name.startswith(_UNBORN))


@contextmanager
def taken(path: Path) -> Iterator[WriterFolder | None]:
    """Hold the folder of a writer that ended; None while its process or another `lineal sync` has it.

    Raises IntegrityError where it does not tell whose it is.
    """
    folder = _take(path)
    try:
        yield folder
    finally:
        if folder is not None:
            folder.release()


def _take(path: Path) -> WriterFolder | None:
    try:
        lock = os.open(path / _LOCK, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return WriterFolder(path, about(path), lock)
    except (BlockingIOError, FileNotFoundError):  # in use, or removed just now by who had it
        os.close(lock)
        return None
    except IntegrityError:
        os.close(lock)
        raise


def about(path: Path) -> About:
    """Return whose folder it is. Raises IntegrityError, FileNotFoundError."""
    try:
        return About(**json.loads((path / _ABOUT).read_bytes()))
    except (ValueError, TypeError) as error:
        raise IntegrityError(f"{path / _ABOUT} is damaged; its folder is left as it is") from error
