"""Code of several functions in one zip: each distinct file once, and an index of what each function has.

Most of a function's code is the same in all of them. The wheel brings the shared form; what is deployed is
put together from it, to the same bytes that a zip of the function's folder has.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

NAME = "code.zip"
"""The file's name, beside the template."""
_INDEX = "index.json"

Contents = Mapping[str, bytes]
"""The files of a folder by their paths in it, in order."""


def write(destination: Path, folders: Mapping[str, Contents]) -> None:
    """Write folders, by the names that `read` will be asked for."""
    files = {_digest(data): data for contents in folders.values() for data in contents.values()}
    index = {
        folder: {name: _digest(data) for name, data in contents.items()}
        for folder, contents in folders.items()
    }
    with zipfile.ZipFile(destination / NAME, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(_INDEX), json.dumps(index), zipfile.ZIP_DEFLATED)
        for digest, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(digest), data, zipfile.ZIP_DEFLATED)


def read(folder: Path) -> Contents | None:
    """Return the files of a folder that stands in the shared code beside it; None where it does not."""
    shared = folder.with_name(NAME)
    return _all(shared).get(folder.name) if shared.is_file() else None


@cache
def _all(shared: Path) -> Mapping[str, Contents]:
    with zipfile.ZipFile(shared) as archive:
        index = json.loads(archive.read(_INDEX))
        files = {name: archive.read(name) for name in archive.namelist() if name != _INDEX}
    return {
        folder: {name: files[digest] for name, digest in contents.items()}
        for folder, contents in index.items()
    }


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
