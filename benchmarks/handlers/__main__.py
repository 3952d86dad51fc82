"""Processor time of a request: lineal's handlers beside an MLflow server, in turns.

    python -m benchmarks.handlers --peer build/mlflow-peer/bin/python --output FILE

The server is measured from outside; it has its database in it. lineal's handlers run in this process, and
their database in another, as DynamoDB is elsewhere: what is counted is what Lambda would bill for. Time on
the wire and waiting count for neither. One line of the output is one sample: contender, operation, calls, and
the seconds that they took together.
"""

import argparse
import json
import platform
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import lineal.local
from benchmarks.handlers import filling, operations
from benchmarks.handlers.operations import CALLS, Once
from benchmarks.handlers.ours import PROJECT, Ours
from benchmarks.handlers.peer import Peer, serving
from lineal.client import Client
from lineal.local import Identity, Stack
from lineal_contract.policies import Policy, Stage, StagePolicy

SURFACE, NATIVE = "lineal, MLflow surface", "lineal, native"
Samples = dict[tuple[str, str], list[float]]


def main() -> None:
    """Measure, write the samples, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True, help="An interpreter that has mlflow whole.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--runs", default="1000,10000", help="How many runs are searched, with commas.")
    parser.add_argument("--output", type=Path, default=Path("build/handlers.jsonl"))
    asked = parser.parse_args()
    sizes = [int(size) for size in asked.runs.split(",") if size]
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, asked.output.open("w") as output:
        folder = Path(scratch)
        with serving(asked.peer, folder) as peer, lineal.local.running(data=folder / "stack") as stack:
            print(_table(_measured(peer, folder, stack, sizes, asked.rounds, output)))


def _measured(
    peer: Peer, folder: Path, stack: Stack, sizes: list[int], rounds: int, output: TextIO
) -> Samples:
    ours = Ours(stack)
    work = {
        peer.name: operations.by_mlflow(peer, lambda run_id, files: _put_peer(folder, run_id, files)),
        SURFACE: operations.by_mlflow(ours, _put_staged),
        NATIVE: operations.natively(ours, lambda run_id: _log_artifact(stack, run_id)),
    }
    for size in sizes:
        _add_search(work, peer, folder, ours, size)
    clocks = {peer.name: peer.cpu, SURFACE: ours.cpu, NATIVE: ours.cpu}
    samples: Samples = defaultdict(list)
    names = list(work)
    for turn in range(-1, rounds):
        for operation in work[peer.name]:
            for name in (each for each in names[turn % 3 :] + names[: turn % 3] if operation in work[each]):
                calls = CALLS.get(operation, 2)
                seconds = _seconds(clocks[name], work[name][operation], calls)
                if turn < 0:
                    continue  # the first turn warms connections and caches of both
                samples[operation, name].append(seconds / calls)
                line = {"contender": name, "operation": operation, "calls": calls, "seconds": seconds}
                output.write(json.dumps(line) + "\n")
                output.flush()
    return samples


def _median(taken: list[float] | None) -> float | None:
    return statistics.median(taken) * 1000 if taken else None


def _seconds(clock: Callable[[], float], once: Once, calls: int) -> float:
    before = clock()
    for _ in range(calls):
        once()
    return clock() - before


def _add_search(work: dict[str, dict[str, Once]], peer: Peer, folder: Path, ours: Ours, size: int) -> None:
    from functions.bootstrap import backend

    name, operation = f"searched {size}", f"search of {size:,} runs"
    made = list(filling.runs(name, size))
    there = operations.experiment(peer, name)
    filling.fill_peer(folder / "m.db", there, made)
    work[peer.name][operation] = operations.search_by_mlflow(peer, there)
    here = operations.experiment(ours, name)
    filling.fill_ours(PROJECT, backend().experiments.get(PROJECT, here), made)
    work[SURFACE][operation] = operations.search_by_mlflow(ours, here)
    work[NATIVE][operation] = operations.search_natively(ours, name)
    found = {key: _found(work[key][operation]()) for key in work}
    if len(set(found.values())) != 1:
        raise SystemExit(f"the contenders do not find the same runs among {size}: {found}")


def _found(answer: object) -> tuple[str, ...]:
    if not isinstance(answer, dict):
        raise SystemExit(f"no answer of a search: {answer!r}")
    runs = answer.get("runs") or answer.get("items") or ()
    return tuple(run["info"]["run_id"] if "info" in run else run["run_id"] for run in runs)


def _put_peer(folder: Path, run_id: str, files: dict[str, bytes]) -> str:
    below = folder / "artifacts" / "1" / run_id / "artifacts" / "model"
    below.mkdir(parents=True)
    for name, data in files.items():
        (below / name).write_bytes(data)
    return f"mlflow-artifacts:/1/{run_id}/artifacts/model"


def _put_staged(run_id: str, files: dict[str, bytes]) -> str:
    from functions.bootstrap import backend

    experiment = backend().tracking.get(PROJECT, run_id).experiment_id
    for name, data in files.items():
        backend().staging.write(PROJECT, f"{experiment}/{run_id}/artifacts/model/{name}", data)
    return f"runs:/{run_id}/model"


def _log_artifact(stack: Stack, run_id: str) -> None:
    admin = Client(stack.api_url, PROJECT, stack.session(Identity.ADMIN))
    admin.policies.put(Policy(name="people", stages={Stage.PRODUCTION: StagePolicy(approvals=1)}))
    client = Client(stack.api_url, PROJECT, stack.session(Identity.SCIENTIST))
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder, "model")
        model.mkdir()
        for name, data in operations.FILES.items():
            (model / name).write_bytes(data)
        client.artifacts.log(run_id, model, "model")


def _table(samples: Samples) -> str:
    """Milliseconds of processor time a request, medians, and how many times the peer's that is."""
    rows = ["| operation | MLflow server | lineal, MLflow surface | lineal, native |", "|---|--:|--:|--:|"]
    for operation in dict.fromkeys(key for key, _ in samples):
        peer, *own = [_median(samples.get((operation, name))) for name in (Peer.name, SURFACE, NATIVE)]
        shown = ["refused" if v is None else f"{v:.1f} ms ({v / (peer or 1):.2f})" for v in own]
        rows.append(f"| {operation} | {peer or 0:.1f} ms | {' | '.join(shown)} |")
    return "\n".join([f"Python {platform.python_version()}", "", *rows])


if __name__ == "__main__":
    main()
