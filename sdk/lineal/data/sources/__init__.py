"""Where datasets are: local files, S3 prefixes, DVC files and lakeFS paths, by what they are named."""

from dataclasses import dataclass, field
from pathlib import Path

from lineal.errors import InputError
from lineal_contract.datasets import DatasetFile


@dataclass(frozen=True)
class Located:
    """Data as it was found: its files, where they are, and which state of them it is.

    `local` is the file of this machine, where it is one: its rows can be looked at.
    """

    files: tuple[DatasetFile, ...]
    source: str
    revision: str | None = None
    local: Path | None = field(default=None, compare=False)


def locate(where: str, *, hash_remote: bool = False) -> Located:
    """Return the data at a path or URI.

    S3 and lakeFS are asked for checksums and nothing is downloaded, unless `hash_remote` asks for the SHA-256
    of what has none. Raises InputError, ConfigurationError without credentials, StorageError, TransportError.
    """
    if where.startswith("s3://"):
        from lineal.data.sources.s3 import read_prefix

        return read_prefix(where, hash_remote=hash_remote)
    if where.startswith("lakefs://"):
        from lineal.data.sources.lakefs import read_path

        return read_path(where)
    if "://" in where:
        raise InputError(f"{where.partition('://')[0]}:// is not a place that datasets are read from")
    return _local(Path(where))


def _local(path: Path) -> Located:
    if path.suffix == ".dvc" or path.name == "dvc.lock":
        from lineal.data.sources.dvc import read_dvc

        return read_dvc(path)
    from lineal.data.sources.local import read_local

    return read_local(path)
