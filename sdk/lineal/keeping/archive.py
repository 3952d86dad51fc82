"""A backup as a folder: lines of items, files of objects, and a summary with the digests of all of it."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from lineal.errors import LinealError
from lineal.keeping.items import Item, Pin, from_line
from lineal.keeping.progress import Told, silent
from lineal_contract.digests import part_count, part_length, part_size

_SUMMARY = "backup.json"


class BackupError(LinealError):
    """A backup cannot be taken, or it is not whole."""


class Listed(BaseModel):
    """A file of lines: how many there are, and the SHA-256 of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: int
    sha256: str


class KeptObject(BaseModel):
    """An object version of the stack that was backed up, and the SHA-256 of its bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    version_id: str
    size: int
    sha256: str

    @property
    def pin(self) -> Pin:
        """By what records name it."""
        return self.key, self.version_id


class Summary(BaseModel):
    """What a backup has. It is written last: a folder without it is a backup that did not end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    backup_id: str
    created_at: str
    runs: Listed
    registry: Listed
    objects: Listed
    bytes: int
    missing: tuple[Pin, ...] = ()
    """What records pin and the bucket did not have any more."""


@dataclass(frozen=True)
class Archive:
    """The folder of a backup."""

    folder: Path

    def make(self) -> None:
        """Make the folder, for its owner alone: it holds all that the stack knows. Raises BackupError."""
        if (self.folder / _SUMMARY).exists():
            raise BackupError(f"{self.folder} has a backup already")
        (self.folder / "objects").mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)

    def lines(self, name: str) -> Path:
        """Return the file of the items of a table, or of the objects."""
        return self.folder / f"{name}.jsonl"

    def object_file(self, pin: Pin) -> Path:
        """Return the file of an object version; keys may be longer than names of files."""
        name = hashlib.sha256("\n".join(pin).encode()).hexdigest()
        return self.folder / "objects" / name[:2] / name

    def write_lines(self, name: str, lines: Iterable[str]) -> Listed:
        """Write a file of lines."""
        hasher, count = hashlib.sha256(), 0
        with self.lines(name).open("wb") as file:
            for line in lines:
                data = line.encode() + b"\n"
                file.write(data)
                hasher.update(data)
                count += 1
        return Listed(count=count, sha256=hasher.hexdigest())

    def items(self, table: str) -> Iterator[Item]:
        """Yield the items of a table."""
        with self.lines(table).open(encoding="utf-8") as file:
            yield from map(from_line, file)

    def objects(self) -> list[KeptObject]:
        """Return the object versions."""
        with self.lines("objects").open(encoding="utf-8") as file:
            return [KeptObject.model_validate_json(line) for line in file]

    def seal(self, summary: Summary) -> None:
        """End the backup."""
        unfinished = self.folder / f"{_SUMMARY}.part"
        unfinished.write_text(summary.model_dump_json(indent=2) + "\n")
        unfinished.replace(self.folder / _SUMMARY)

    def check(self, told: Told = silent) -> Summary:
        """Hash all files and return the summary. Raises BackupError for what is missing or has changed."""
        told("checking the backup")
        try:
            summary = Summary.model_validate_json((self.folder / _SUMMARY).read_bytes())
            for name in ("runs", "registry", "objects"):
                if sha256_of(self.lines(name)) != getattr(summary, name).sha256:
                    raise BackupError(f"{self.lines(name)} is not the file that was written")
            for number, kept in enumerate(self.objects(), 1):
                told("checking objects", number, summary.objects.count)
                if sha256_of(self.object_file(kept.pin)) != kept.sha256:
                    raise BackupError(f"the bytes of {kept.key} version {kept.version_id} have changed")
        except (OSError, ValidationError) as error:
            raise BackupError(f"{self.folder} has no whole backup: {error}") from error
        return summary


def write_blocks(file: Path, blocks: Iterable[bytes]) -> None:
    """Write a file that is there whole or not at all."""
    file.parent.mkdir(exist_ok=True)
    unfinished = file.with_suffix(".part")
    with unfinished.open("wb") as out:
        for block in blocks:
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(file)


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def parts_of(file: Path) -> Iterator[bytes]:
    """Yield the parts of a file as content addresses count them."""
    size = file.stat().st_size
    with file.open("rb") as opened:
        for number in range(1, part_count(size) + 1):
            opened.seek((number - 1) * part_size(size))
            yield opened.read(part_length(size, number))
