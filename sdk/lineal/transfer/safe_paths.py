"""Where files of a manifest go on this machine: inside the folder, each at a place of its own, or nowhere."""

import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from lineal.errors import DiskError, InputError

_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?", re.IGNORECASE)
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*\\]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def targets_below(
    folder: Path, paths: Iterable[str], *, windows: bool = os.name == "nt", folds: bool | None = None
) -> dict[str, Path]:
    """Return the place of each path below `folder`, which is made.

    `folds` says whether the file system takes `Model` and `model` for one name; by default it is tried out.
    Raises InputError for a path that leads out of the folder, also by a link that lies in it, that Windows
    cannot have, or that would fall together with another one.
    """
    paths = list(paths)
    for path in paths:
        _check_path(path, windows)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _check_distinct(paths, folds=_folds_case(folder) if folds is None else folds)
    except OSError as error:
        raise DiskError(f"{folder} cannot be written: {error.strerror or error}") from error
    for path in paths:
        _check_links(folder, path)
    return {path: folder.joinpath(*path.split("/")) for path in paths}


def _check_path(path: str, windows: bool) -> None:
    names = path.split("/")
    if any(name in ("", ".", "..") for name in names) or _CONTROL.search(path):
        raise InputError(f"{path!r} is no path inside a folder")
    if windows and any(_forbidden_on_windows(name) for name in names):
        raise InputError(f"{path!r} is a name that Windows cannot have; download it on another system")


def _forbidden_on_windows(name: str) -> bool:
    return bool(_RESERVED.fullmatch(name) or _NOT_ON_WINDOWS.search(name)) or name[-1] in ". "


def _check_distinct(paths: list[str], *, folds: bool) -> None:
    """Two paths that are one on this file system would leave one file of two."""
    seen: dict[str, str] = {}
    for path in paths:
        other = seen.setdefault(_folded(path) if folds else path, path)
        if other is not path:
            raise InputError(f"{other!r} and {path!r} are one file here: the file system ignores case")
    for place, path in seen.items():
        above = place
        while "/" in above:
            above = above.rpartition("/")[0]
            if above in seen:
                raise InputError(f"{seen[above]!r} is a file and cannot hold {path!r}")


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _folds_case(folder: Path) -> bool:
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".lineal-case-") as probe:
        return Path(probe.name.replace("lineal-case", "LINEAL-CASE")).exists()


def _check_links(folder: Path, path: str) -> None:
    place = folder
    for name in path.split("/")[:-1]:
        place /= name
        if place.is_symlink():
            raise InputError(f"{place} is a link: what is written there may land outside {folder}")
    if (folder / path).is_dir() and not (folder / path).is_symlink():
        raise InputError(f"{folder / path} is a folder already")
