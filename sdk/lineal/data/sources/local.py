"""Files and folders of this machine, by the bytes and relative paths of their files."""

import os
from pathlib import Path

from lineal.data.sources import Located
from lineal.errors import InputError
from lineal.transfer.files import read_tree
from lineal_contract.datasets import DatasetFile


def read_local(root: Path) -> Located:
    """Return the files at `root`. Raises InputError for what is no plain file, or for none at all."""
    files = tuple(DatasetFile(path=f.path, sha256=f.sha256, size=f.size) for f in read_tree(root))
    if not files:
        raise InputError(f"{root} holds no file")
    return Located(files, os.fspath(root), local=root)
