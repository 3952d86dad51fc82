"""Artifacts up and down, beside plain boto3 with the same bytes to the same object storage.

    python -m benchmarks.transfer --storage build/minio --output benchmarks/results/transfer.jsonl

Both take turns; who is first changes from round to round, and bytes are new in each. `lineal` hashes every
byte twice (parts and whole), asks the API what is missing, sends, completes, and on the way down verifies and
renames. `boto3` is its own transfer with its defaults. A ratio above 1 says that lineal is faster, or takes
less.

With `--storage`, MinIO's program keeps the objects: an S3 server in Go that checks signatures, presigned
addresses and checksums over TLS. Without it the local stack's emulator does, in one Python process, whose own
work is then most of what is measured.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import lineal.local
from benchmarks.transfer import gateway
from benchmarks.transfer.contenders import BUCKET, Boto3, Contender, Lineal, same
from benchmarks.transfer.report import Turn, table
from benchmarks.transfer.storage import Storage, minio
from lineal.client import Client
from lineal.local import Identity, Stack

MIB = 1024 * 1024


@dataclass(frozen=True)
class Load:
    """What is carried: how many files, and how long each is."""

    name: str
    files: int
    size: int

    @classmethod
    def parse(cls, text: str) -> "Load":
        """Read `128M` or `1000x100K`. Raises ValueError."""
        count, _, size = text.rpartition("x")
        return cls(text, int(count or 1), int(size[:-1]) * {"K": 1_000, "M": MIB, "G": 1024 * MIB}[size[-1]])

    def write(self, folder: Path) -> list[Path]:
        """Write files of new bytes."""
        folder.mkdir(exist_ok=True)
        files = [folder / f"{number:05d}.bin" for number in range(self.files)]
        for file in files:
            with file.open("wb") as out:
                for left in range(self.size, 0, -MIB):
                    out.write(os.urandom(min(left, MIB)))
        return files


def turns(contenders: list[Contender], loads: list[Load], rounds: int, folder: Path) -> Iterator[Turn]:
    """Yield what each did; the first round warms connections, functions and caches up, and is not told."""
    for number in range(-1, rounds):
        for load in loads:
            for contender in contenders if number % 2 else reversed(contenders):
                for turn in _turn(contender, load, number, folder):
                    if number >= 0:
                        yield turn


def _turn(contender: Contender, load: Load, number: int, folder: Path) -> Iterator[Turn]:
    files, back = load.write(folder / "sent"), folder / "back"
    done = [("upload", lambda: contender.upload(files)), ("download", lambda: contender.download(back))]
    if contender.name == "lineal":
        done.insert(1, ("unchanged", lambda: contender.upload(files)))
    for what, call in done:
        seconds, cpu = timed(call)
        yield Turn(number, load.name, contender.name, what, seconds, cpu)
    assert same(folder / "sent", back)
    contender.forget()
    for file in files:
        file.unlink()


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds a call takes, and this process's of a processor; no write to the disk is pending."""
    os.sync()
    start, cpu = perf_counter(), process_time()
    call()
    return perf_counter() - start, process_time() - cpu


@contextmanager
def contenders(program: Path | None, folder: Path) -> Iterator[list[Contender]]:
    """Yield both, before one storage."""
    with lineal.local.running(data=folder / "stack") as stack:
        scientist = stack.session(Identity.SCIENTIST)
        if program is None:
            s3 = stack.root_session().client("s3", endpoint_url=stack.endpoint_url)
            _versioned(s3, BUCKET)
            yield [Boto3(s3), Lineal(Client(stack.api_url, stack.project, scientist), s3)]
            return
        keys = stack.root_session().get_credentials().get_frozen_credentials()
        with minio(program, folder / "storage", keys) as storage:
            s3 = _prepared(stack, storage)
            os.environ["AWS_CA_BUNDLE"] = str(storage.certificate)
            with gateway.serving(stack, storage) as url:
                yield [Boto3(s3), Lineal(Client(url, stack.project, scientist), s3)]


def _prepared(stack: Stack, storage: Storage) -> Any:
    """Give the storage the buckets that the emulator has."""
    s3 = storage.client()
    emulated = stack.root_session().client("s3", endpoint_url=stack.endpoint_url)
    for name in [BUCKET, *(each["Name"] for each in emulated.list_buckets()["Buckets"])]:
        _versioned(s3, name)
    return s3


def _versioned(s3: Any, name: str) -> None:
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def main() -> None:
    """Measure, write the samples as they come, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--storage", type=Path, help="MinIO's program")
    parser.add_argument("--loads", default="128M", help="such as 128M,1G,1000x100K")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="where files and objects lie meanwhile")
    parser.add_argument("--output", type=Path, default=Path("build/transfer.jsonl"))
    asked = parser.parse_args()
    if asked.storage is not None and not asked.storage.exists():
        raise SystemExit(f"{asked.storage} is not there: `make bench-transfer` builds it, where Go is")
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    loads = [Load.parse(text) for text in asked.loads.split(",")]
    done: list[Turn] = []
    with (
        tempfile.TemporaryDirectory(prefix="lineal-bench-", dir=asked.folder) as folder,
        contenders(asked.storage, Path(folder)) as both,
        asked.output.open("w") as output,
    ):
        for turn in turns(both, loads, asked.rounds, Path(folder)):
            done.append(turn)
            output.write(json.dumps(vars(turn)) + "\n")
            output.flush()
    print(table(done))


if __name__ == "__main__":
    main()
