"""The two that carry the same bytes: plain boto3 as it is by default, and lineal with all that it does."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from boto3.s3.transfer import TransferConfig, create_transfer_manager

from lineal.client import Client
from lineal.transfer.files import read_tree
from lineal_contract.artifacts import ManifestEntry, StoredObject

BUCKET = "plain-transfer"


class Contender(Protocol):
    """Carries the files of a folder up, and down again."""

    name: str

    def upload(self, files: Sequence[Path]) -> None:
        """Store files."""

    def download(self, to: Path) -> None:
        """Write what was stored last below a folder."""

    def forget(self) -> None:
        """Delete what was stored last, so that no disk fills."""


@dataclass
class Boto3:
    """`upload_file` and `download_file` of a file; many go through one transfer manager, ten at once."""

    s3: Any
    name: str = "boto3"
    _versions: dict[str, str] = field(default_factory=dict)
    _sent: list[str] = field(default_factory=list)

    def upload(self, files: Sequence[Path]) -> None:
        self._sent = [file.name for file in files]
        if len(files) == 1:
            self.s3.upload_file(str(files[0]), BUCKET, files[0].name)
            return
        with create_transfer_manager(self.s3, TransferConfig()) as transfers:
            for future in [transfers.upload(str(file), BUCKET, file.name) for file in files]:
                future.result()

    def download(self, to: Path) -> None:
        to.mkdir()
        if len(self._sent) == 1:
            self.s3.download_file(BUCKET, self._sent[0], str(to / self._sent[0]))
            return
        with create_transfer_manager(self.s3, TransferConfig()) as transfers:
            for future in [transfers.download(BUCKET, name, str(to / name)) for name in self._sent]:
                future.result()

    def forget(self) -> None:
        found = self.s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET)
        for each in [version for page in found for version in page.get("Versions", [])]:
            self.s3.delete_object(Bucket=BUCKET, Key=each["Key"], VersionId=each["VersionId"])


@dataclass
class Lineal:
    """`artifacts.store` and `artifacts.fetch`, as `log_artifact` and `pull` call them."""

    client: Client
    s3: Any
    name: str = "lineal"
    _stored: list[tuple[str, StoredObject]] = field(default_factory=list)

    def upload(self, files: Sequence[Path]) -> None:
        found = list(read_tree(files[0].parent))
        stored = self.client.artifacts.store(found)
        self._stored = [(file.path, each) for file, each in zip(found, stored, strict=True)]

    def download(self, to: Path) -> None:
        entries = [ManifestEntry(path=path, object=stored) for path, stored in self._stored]
        self.client.artifacts.fetch(entries, to)

    def forget(self) -> None:
        for _, stored in self._stored:
            self.s3.delete_object(Bucket=stored.bucket, Key=stored.key, VersionId=stored.version_id)


def same(folder: Path, back: Path) -> bool:
    """Say whether two folders hold the same bytes, and empty the second."""
    names = sorted(file.name for file in folder.iterdir())
    equal = names == sorted(file.name for file in back.iterdir()) and all(
        (folder / name).read_bytes() == (back / name).read_bytes() for name in names
    )
    shutil.rmtree(back)
    return equal
