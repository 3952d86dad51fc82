"""Data under DVC: what a `.dvc` file or `dvc.lock` records of its outputs, without touching the data.

DVC knows a file by its MD5, and a folder by the MD5 of the list of its files.
"""

import configparser
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from lineal.data.sources import Located
from lineal.errors import InputError
from lineal.http.api import checked_input
from lineal.yaml_files import read_yaml
from lineal_contract.datasets import DatasetFile

_MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?")


def read_dvc(path: Path) -> Located:
    """Return the outputs of a `.dvc` file, or of every stage of `dvc.lock`. Raises InputError."""
    outputs = list(_outputs(read_yaml(path), path))
    if not outputs:
        raise InputError(f"{path} has no outputs")
    home = _repository(path.resolve().parent)
    files = sorted((_file(output, path) for output in outputs), key=lambda f: f.path)
    if path.suffix == ".dvc" and len(files) == 1:
        files = [files[0].model_copy(update={"path": "."})]
    return Located(tuple(files), _source(path, home))


def _outputs(document: Any, path: Path) -> Iterator[dict[str, Any]]:
    if not isinstance(document, dict):
        raise InputError(f"{path} is not a DVC file")
    stages = document.get("stages")
    for owner in [document] if stages is None else list(stages.values()):
        for output in (owner.get("outs") or []) if isinstance(owner, dict) else []:
            if not isinstance(output, dict):
                raise InputError(f"{path} has an output that is not understood")
            yield output


def _file(output: dict[str, Any], path: Path) -> DatasetFile:
    md5, name, size = output.get("md5"), output.get("path"), output.get("size")
    if not isinstance(md5, str) or not _MD5.fullmatch(md5) or not isinstance(name, str):
        raise InputError(f"{path} records no MD5 of {name or 'an output'}: run `dvc commit` first")
    with checked_input():
        return DatasetFile.model_validate({"path": name, "size": size or 0, "checksum": f"md5:{md5}"})


def _repository(folder: Path) -> Path | None:
    return next((each for each in (folder, *folder.parents) if (each / ".dvc" / "config").is_file()), None)


def _source(path: Path, home: Path | None) -> str:
    """The file's own path in its repository, and the default remote where the bytes are."""
    own = path.resolve().relative_to(home).as_posix() if home else str(path)
    remote = _remote(home) if home else None
    return f"dvc:{own}" + (f" at {remote}" if remote else "")


def _remote(home: Path) -> str | None:
    settings = configparser.ConfigParser(interpolation=None)
    try:
        settings.read(home / ".dvc" / "config")
    except configparser.Error as error:
        raise InputError(f"{home / '.dvc' / 'config'} cannot be read: {error.message}") from error
    name = settings.get("core", "remote", fallback=None)
    for section in settings.sections():
        if name and section.strip("'\"") in (f'remote "{name}', f'remote "{name}"'):
            return _without_secrets(settings.get(section, "url", fallback=""))
    return None


def _without_secrets(url: str) -> str:
    parts = urlsplit(url)
    if not parts.netloc:
        return url
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
