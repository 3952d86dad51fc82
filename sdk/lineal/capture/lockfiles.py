"""The file that says exactly which packages a project is to have."""

import hashlib
from pathlib import Path

_NAMES = (
    "uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", "conda-lock.yml", "pixi.lock",
    "requirements.lock", "requirements.txt", "environment.yml", "environment.yaml",
)  # fmt: skip
"""From those that pin everything to those that may not."""
MAX_BYTES = 20 * 1024 * 1024


def find_lockfile(start: Path, top: Path | None = None) -> Path | None:
    """Return the lock file nearest to `start`: in its folder, or in those above up to `top`.

    Without `top`, which is the repository's, the search ends with the folder itself.
    """
    folder = (start if start.is_dir() else start.parent).resolve()
    end = (top or folder).resolve()
    for each in (folder, *folder.parents):
        if (found := _in(each)) is not None:
            return found
        if each == end or not each.is_relative_to(end):
            return None
    return None


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _in(folder: Path) -> Path | None:
    for path in [*(folder / name for name in _NAMES), *sorted(folder.glob("requirements*.txt"))]:
        try:
            if path.is_file() and 0 < path.stat().st_size <= MAX_BYTES:
                return path
        except OSError:
            continue
    return None
