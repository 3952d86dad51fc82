"""Artifacts up and down, beside plain boto3 with the same bytes to the same object storage.

    .venv/bin/python benchmarks/transfer.py --mib 128 --rounds 7 --output benchmarks/results/transfer.jsonl

Both take turns against one local stack. `lineal` hashes every byte twice (parts and whole), asks the API what
is missing, sends, completes, and on the way down verifies and renames; `boto3` is `upload_file` and
`download_file` of one object version with its defaults. Bytes are new in each round. A ratio above 1 says
that lineal is faster. The emulator is one Python process on the same machine, so speeds say nothing about S3;
the ratio says what our own work costs beside the transfer.
"""

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import lineal.local
from lineal.client import Client
from lineal.local import Identity, Stack
from lineal.transfer.files import read_file

MIB = 1024 * 1024
BUCKET = "plain-transfer"


@dataclass
class Bench:
    """The two contenders on one stack."""

    client: Client
    s3: Any
    folder: Path

    def round(self, number: int, size: int) -> Iterator[tuple[str, str, float]]:
        """Yield contender, what it did and the seconds; who is first changes from round to round."""
        contenders = [self.boto3, self.lineal]
        for contender in contenders if number % 2 else reversed(contenders):
            file = self.folder / "file"
            file.write_bytes(os.urandom(size))
            yield from contender(file, number)
            assert (self.folder / "back").read_bytes() == file.read_bytes()
            (self.folder / "back").unlink()

    def boto3(self, file: Path, number: int) -> Iterator[tuple[str, str, float]]:
        key = f"object-{number}"
        yield "boto3", "upload", timed(lambda: self.s3.upload_file(str(file), BUCKET, key))
        version = {"VersionId": self.s3.head_object(Bucket=BUCKET, Key=key)["VersionId"]}
        back = str(self.folder / "back")
        yield "boto3", "download", timed(lambda: self.s3.download_file(BUCKET, key, back, ExtraArgs=version))

    def lineal(self, file: Path, _number: int) -> Iterator[tuple[str, str, float]]:
        yield "lineal", "upload", timed(lambda: self.client.artifacts.store([read_file(file, "file")]))
        yield "lineal", "known", timed(lambda: self.client.artifacts.store([read_file(file, "file")]))
        digest = read_file(file, "file").digest
        back = self.folder / "back"
        yield "lineal", "download", timed(lambda: self.client.artifacts.download(digest, back))


def timed(call: Callable[[], object]) -> float:
    """Return the seconds a call takes, begun with no writes of others under way to the disk."""
    os.sync()
    start = perf_counter()
    call()
    return perf_counter() - start


@contextmanager
def bench() -> Iterator[Bench]:
    with (
        tempfile.TemporaryDirectory(prefix="lineal-bench-") as folder,
        lineal.local.running(data=Path(folder, "stack")) as stack,
    ):
        yield Bench(client_of(stack), plain(stack), Path(folder))


def client_of(stack: Stack) -> Client:
    return Client(stack.api_url, stack.project, stack.session(Identity.SCIENTIST))


def plain(stack: Stack) -> Any:
    s3 = stack.root_session().client("s3", endpoint_url=stack.endpoint_url)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return s3


def report(turns: list[dict[str, Any]], mib: int) -> None:
    """Print the median ratio of each direction, and its range over the rounds."""
    seconds = {(t["round"], t["contender"], t["what"]): t["seconds"] for t in turns}
    rounds = sorted({t["round"] for t in turns})
    for what in ("upload", "download"):
        ours = [seconds[n, "lineal", what] for n in rounds]
        theirs = [seconds[n, "boto3", what] for n in rounds]
        ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
        speed = [mib / statistics.median(each) for each in (ours, theirs)]
        print(
            f"{what:9} lineal {speed[0]:6.0f} MiB/s, boto3 {speed[1]:6.0f} MiB/s, "
            f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        )
    known = statistics.median(seconds[n, "lineal", "known"] for n in rounds)
    print(f"unchanged lineal {known * 1000:.0f} ms to hash it again and be told that nothing is missing")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mib", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    turns: list[dict[str, Any]] = []
    with bench() as both:
        for number in range(-1, asked.rounds):  # the first round warms functions and caches up
            for contender, what, seconds in both.round(number, asked.mib * MIB):
                turns.append({"round": number, "contender": contender, "what": what, "seconds": seconds})
    turns = [turn for turn in turns if turn["round"] >= 0]
    if asked.output:
        asked.output.write_text("".join(json.dumps(turn) + "\n" for turn in turns))
    report(turns, asked.mib)


if __name__ == "__main__":
    main()
