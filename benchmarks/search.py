"""Processor time of the function that searches runs, at some numbers of runs.

    .venv/bin/python -m benchmarks.search --runs 1000 10000 --rounds 7
    .venv/bin/python -m benchmarks.search --runs 10000 100000 1000000 --rounds 3 --folded

The use case is the one that is deployed, on boto3 as it is; another process answers what the database and the
bucket would: sixteen shards of made runs, each with ten params and ten metrics, in pages of a megabyte, or
with `--folded` blocks of 50,000 runs as the sweep writes them. Only this process is counted, with its
threads: what the function's memory is paid for. Two queries: one that a hundredth of the runs fit, and one
that puts all of them in order. Of folded runs each query is asked by a process that has read no block
(`cold`), and again (`warm`). Past 50,000 runs each further block has the columns of the first, under other
run ids.
"""

import json
import os
import random
import statistics
import sys
import threading
from argparse import ArgumentParser
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from time import process_time
from typing import Any

from functions.adapters import run_items
from functions.adapters.dynamo import document
from functions.adapters.keys import runs as run_keys
from functions.adapters.summaries import packed
from functions.core.ports.blocks import BlockRef, Folded
from functions.core.runs.blocks import Head, written
from functions.core.runs.experiments import experiment_id
from functions.core.runs.folding import MAX_ROWS, row_of
from lineal_contract.artifacts import StoredObject
from lineal_contract.experiments import Experiment
from lineal_contract.people import Actor
from lineal_contract.runs import Code, MetricSummary, Run, RunStatus

_LAMBDA = "AWS_LAMBDA_FUNCTION_NAME"
PROJECT, EXPERIMENT = "team", "sweep"
NOW = 1_767_225_600_000
PAGE_BYTES = 1_000_000
QUERIES = {
    "filter": {"filter": "metrics.metric_3 < 0.01 AND params.param_1 != '0'", "page_size": "100"},
    "order": {"order_by": "metrics.metric_3 DESC", "page_size": "100"},
}


def made(number: int, chance: random.Random) -> Run:
    """Return a run as small ones are."""
    values = {f"metric_{n}": chance.random() for n in range(10)}
    return Run(
        run_id=f"{number:024x}{chance.getrandbits(32):08x}",
        project=PROJECT,
        experiment=EXPERIMENT,
        experiment_id=experiment_id(PROJECT, EXPERIMENT),
        name=f"run {number}",
        status=RunStatus.FINISHED,
        params={f"param_{n}": f"{chance.random():.6f}" for n in range(10)},
        tags={"team": "vision"},
        metrics={
            key: MetricSummary(last=v, min=v / 2, max=v * 2, step=1_000, timestamp=NOW + number, count=1_000)
            for key, v in values.items()
        },
        code=Code(commit=f"{chance.getrandbits(160):040x}", branch="main", remote="example.com:team/repo"),
        environment=None,
        actor=Actor(principal="arn:aws:iam::123456789012:user/ann", person="ann"),
        started_at=NOW + number,
        ended_at=NOW + number + 1,
    )


def wire(item: Any) -> Any:
    """Return an item as DynamoDB's JSON has it."""
    return {
        name: {"B": b64encode(value["B"]).decode()} if "B" in value else value for name, value in item.items()
    }


def pages(runs: int) -> dict[str, list[bytes]]:
    """Return the answers to queries of each partition."""
    chance = random.Random(7)  # noqa: S311 - the same runs each time
    found: dict[str, list[list[Any]]] = {}
    sizes: dict[str, int] = {}
    for number in range(runs):
        run = made(number, chance)
        at = run_items.key_of(run)
        item = wire(at | run_items.attributes(run) | {"w_0": {"B": packed(run.metrics)}, "s_0": {"N": "0"}})
        partition = at["PK"]["S"]
        size = len(json.dumps(item))
        if sizes.get(partition, PAGE_BYTES) + size > PAGE_BYTES:
            found.setdefault(partition, []).append([])
            sizes[partition] = 0
        sizes[partition] += size
        found[partition][-1].append(item)
    return {partition: [answer(at, all_) for at in range(len(all_))] for partition, all_ in found.items()}


@dataclass(frozen=True)
class Shelved:
    """What is folded, the blocks by their keys, and the runs of the first block."""

    folded: Folded
    blocks: dict[str, bytes]
    runs: list[Run]

    def item(self, run_id: str) -> Any:
        """Return the folded item of a run."""
        number = int(run_id[:24], 16)
        run = self.runs[number % MAX_ROWS].model_copy(update={"run_id": run_id, "name": f"run {number}"})
        at = run_keys.folded_run(PROJECT, run.experiment_id, run_id)
        return at | run_items.attributes(run) | {"w_0": {"B": packed(run.metrics)}, "s_0": {"N": "0"}}


def folded(runs: int) -> Shelved:
    """Return so many runs as they are folded; past a block, a multiple of those that one has."""
    chance = random.Random(7)  # noqa: S311 - the same runs each time
    first = [made(number, chance) for number in range(min(runs, MAX_ROWS))]
    data, head = written(map(row_of, first))
    blocks: dict[str, bytes] = {}
    refs = []
    for start in range(0, runs, MAX_ROWS):
        ids = [run.run_id for run in first]
        if start:
            ids = [f"{start + n:024x}{chance.getrandbits(32):08x}" for n in range(MAX_ROWS)]
        key = f"blocks/{start}"
        blocks[key] = with_ids(data, head, ids)
        stored = StoredObject(
            digest=f"{runs + start:064x}",
            sha256="0" * 64,
            size=len(data),
            bucket="b",
            key=key,
            version_id="1",
        )
        refs.append(BlockRef(object=stored, head=head, rows=len(ids), first=ids[0], last=ids[-1]))
    at = experiment_id(PROJECT, EXPERIMENT)
    return Shelved(Folded(project=PROJECT, experiment_id=at, revision=1, blocks=tuple(refs)), blocks, first)


def with_ids(data: bytes, head: int, ids: list[str]) -> bytes:
    """Return a block with other run ids, which stand in it as they are."""
    at, length = Head.read(data[:head]).ids
    end = head + at + length
    packed_ids = bytes.fromhex("".join(ids))
    return data[: end - len(packed_ids)] + packed_ids + data[end:]


def answer(at: int, all_: list[list[Any]]) -> bytes:
    next_page = {"PK": {"S": "page"}, "SK": {"S": str(at + 1)}}
    more = {} if at == len(all_) - 1 else {"LastEvaluatedKey": next_page}
    return json.dumps({"Items": all_[at], "Count": len(all_[at]), **more}).encode()


def serve(sizes: list[int], fold: bool, pipe: Connection) -> None:
    """Answer as database and bucket would; how many runs there are is what the pipe says last."""
    known = {size: {} if fold else pages(size) for size in sizes}
    blocks = {size: folded(size) for size in sizes if fold}
    size = sizes[0]
    named = Experiment(
        project=PROJECT,
        experiment_id=experiment_id(PROJECT, EXPERIMENT),
        name=EXPERIMENT,
        created_at=NOW,
        updated_at=NOW,
    )
    secret = {"secret": {"B": b64encode(bytes(32)).decode()}}
    record = json.dumps({"Item": document(named) | secret}).encode()

    class Database(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = self._answer(self.headers["x-amz-target"].rpartition(".")[2], asked)
            self.send_response(200)
            self.send_header("content-type", "application/x-amz-json-1.0")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            first, last = map(int, self.headers["range"].removeprefix("bytes=").split("-"))
            data = blocks[size].blocks[self.path.partition("?")[0].removeprefix("/b/")]
            self.send_response(206)
            self.send_header("content-range", f"bytes {first}-{last}/{len(data)}")
            self.send_header("content-length", str(last - first + 1))
            self.end_headers()
            self.wfile.write(data[first : last + 1])

        def _answer(self, operation: str, asked: Any) -> bytes:
            if operation == "GetItem":
                if fold and asked["Key"]["SK"]["S"].startswith(run_keys.BLOCKS):
                    doc = {"doc": {"S": blocks[size].folded.model_dump_json()}, "revision": {"N": "1"}}
                    return json.dumps({"Item": doc}).encode()
                return record
            if operation == "BatchGetItem":
                wanted = [each["SK"]["S"].partition("#")[2] for each in asked["RequestItems"]["runs"]["Keys"]]
                found = [wire(blocks[size].item(run_id)) for run_id in wanted]
                return json.dumps({"Responses": {"runs": found}, "UnprocessedKeys": {}}).encode()
            if operation != "Query":
                return b"{}"
            shard = known[size].get(
                asked["ExpressionAttributeValues"][":p"]["S"], [b'{"Items":[],"Count":0}']
            )
            return shard[int(asked.get("ExclusiveStartKey", {"SK": {"S": "0"}})["SK"]["S"])]

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Database)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send(server.server_address[1])
    while (told := pipe.recv()) is not None:
        size = told
        pipe.send(size)


@contextmanager
def database(sizes: list[int], fold: bool) -> Iterator[Connection]:
    ours, theirs = Pipe()
    process = Process(target=serve, args=(sizes, fold, theirs), daemon=True)
    process.start()
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ours.recv()}",
        "AWS_ACCESS_KEY_ID": "measured",
        "AWS_SECRET_ACCESS_KEY": "measured",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "POWERTOOLS_LOG_LEVEL": "ERROR",
        "LINEAL_RUNS_TABLE": "runs",
        "LINEAL_REGISTRY_TABLE": "registry",
        "LINEAL_ARTIFACTS_BUCKET": "b",
        "AWS_S3_ADDRESSING_STYLE": "path",
    }
    try:
        yield ours
    finally:
        ours.send(None)
        process.join()


def seconds(query: dict[str, str]) -> float:
    """Return the processor time of one answer."""
    from functions.bootstrap import backend
    from lineal_contract.runs import RunQuery

    listing = backend().listing
    wanted = RunQuery.model_validate({"experiment": EXPERIMENT, **query})
    start = process_time()
    page = listing.page(PROJECT, wanted)
    page.model_dump_json()
    taken = process_time() - start
    assert page.items
    return taken


def forget_blocks() -> None:
    """Be as a function that has not read a block yet; its clients and parsers stay."""
    from functions.bootstrap import backend

    for name in ("listing", "searching"):
        backend().__dict__.pop(name, None)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folded", action="store_true", help="search runs that are in blocks")
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    if _LAMBDA not in os.environ:  # as there, before anything of ours is imported
        again = [sys.executable, "-m", "benchmarks.search", *sys.argv[1:]]
        os.execve(sys.executable, again, os.environ | {_LAMBDA: "measured"})  # noqa: S606 - this very script
    taken: list[dict[str, Any]] = []
    with database(asked.runs, asked.folded) as pipe:
        for number in range(-1, asked.rounds):  # the first round makes clients and parsers
            for size in asked.runs:
                pipe.send(size)
                pipe.recv()
                for name, query in QUERIES.items():
                    if asked.folded:
                        forget_blocks()
                        told = {"round": number, "runs": size, "query": f"{name}, cold"}
                        taken.append(told | {"seconds": seconds(query)})
                        name = f"{name}, warm"
                    taken.append({"round": number, "runs": size, "query": name, "seconds": seconds(query)})
    taken = [each for each in taken if each["round"] >= 0]
    if asked.output:
        asked.output.write_text("".join(json.dumps(each) + "\n" for each in taken))
    for size in asked.runs:
        for name in dict.fromkeys(each["query"] for each in taken):
            found = [each["seconds"] for each in taken if (each["runs"], each["query"]) == (size, name)]
            low, middle, high = min(found), statistics.median(found), max(found)
            print(f"{size:7} runs, {name:12} {middle * 1000:6.0f} ms ({low * 1000:.0f} to {high * 1000:.0f})")


if __name__ == "__main__":
    main()
