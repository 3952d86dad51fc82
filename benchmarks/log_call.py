"""What one call of `log` costs the training loop, beside os.write and beside other trackers.

    uv run --no-project --python .venv/bin/python --with trackio --with wandb \\
        python benchmarks/log_call.py --output benchmarks/results/log_call.jsonl

Each contender has a process of its own, so that no thread of one takes the interpreter from another, and they
take turns: some hundred calls each, over and over, while the others wait. Each round has another order, and a
pause before each turn lets what the one before left to its threads and processes come to an end. A call logs
one metric at one step and is timed alone; what an empty call takes is in all figures. A contender that is not
installed is left out. One line of the output is one turn: contender, nanoseconds of each call.
"""

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from time import perf_counter_ns, sleep

Log = Callable[[int], object]
Turns = dict[str, list[list[int]]]

PAUSE_SECONDS = 0.05
FLOOR, OURS, PEER = "os.write 60 B", "lineal", "wandb offline"
DURABILITY = {
    "an empty call": "nothing: what measuring takes",
    "os.write 60 B": "page cache: survives kill -9",
    "lineal": "page cache, with CRC: survives kill -9",
    "lineal, pwrite": "page cache, with CRC: survives kill -9",
    "trackio": "a queue in memory until its thread sends it",
    "wandb offline": "a socket to its own process, which writes a file",
}


def nothing(_folder: Path) -> Log:
    """What the loop and the clock take."""
    return lambda _step: None


def os_write(folder: Path) -> Log:
    """The floor: 60 bytes to an open file."""
    descriptor = os.open(folder / "file", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    record = b"x" * 60
    return lambda _step: os.write(descriptor, record)


def lineal_log(folder: Path) -> Log:
    """`run.log` of an offline run: the call is the same online."""
    os.environ |= {"LINEAL_MODE": "offline", "LINEAL_SPOOL_DIR": str(folder)}
    import lineal

    run = lineal.run()
    return lambda step: run.log({"loss": 0.5}, step=step)


def lineal_pwrite_log(folder: Path) -> Log:
    """The same where the file system is not one to be mapped."""
    from lineal.spool import supply

    supply.can_be_mapped = lambda _folder: False
    return lineal_log(folder)


def trackio_log(folder: Path) -> Log:
    """Trackio with its local database."""
    os.environ["TRACKIO_DIR"] = str(folder)
    import trackio

    trackio.init(project="benchmark")
    return lambda step: trackio.log({"loss": 0.5}, step=step)


def wandb_log(folder: Path) -> Log:
    """Weights & Biases in offline mode."""
    import wandb

    run = wandb.init(mode="offline", dir=str(folder), project="benchmark")
    return lambda step: run.log({"loss": 0.5}, step=step)


CONTENDERS: dict[str, Callable[[Path], Log]] = {
    "an empty call": nothing,
    "os.write 60 B": os_write,
    "lineal": lineal_log,
    "lineal, pwrite": lineal_pwrite_log,
    "trackio": trackio_log,
    "wandb offline": wandb_log,
}


def serve(name: str, folder: Path) -> None:
    """Be one contender: for each line on stdin with a count, make that many calls and print their times."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the tools print is not an answer
    log = CONTENDERS[name](folder)
    step = 0
    print("ready", file=replies, flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            start = perf_counter_ns()
            log(step)
            times.append(perf_counter_ns() - start)
            step += 1
        print(json.dumps(times), file=replies, flush=True)


class Contender:
    """The other side of `serve`."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        command = [sys.executable, __file__, "--serve", name, "--folder", str(folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    @property
    def is_ready(self) -> bool:
        """Whether it is installed and started."""
        assert self._process.stdout
        return self._process.stdout.readline() == "ready\n"

    def turn(self, calls: int) -> list[int]:
        """Return the nanoseconds of each of some calls."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{calls}\n")
        self._process.stdin.flush()
        times: list[int] = json.loads(self._process.stdout.readline())
        return times

    def kill(self) -> None:
        """End it as kill -9 does."""
        self._process.kill()
        self._process.wait()


def turns(rounds: int, calls: int, folder: Path) -> Iterator[tuple[str, list[int]]]:
    """Yield contender and times, turn by turn; the first turn of each warms up and is left out."""
    order = random.Random(0)  # noqa: S311 - the same orders in each run, and no secret
    with ExitStack() as ended:
        contenders = []
        for number, name in enumerate(CONTENDERS):
            home = folder / str(number)
            home.mkdir()
            contender = Contender(name, home)
            ended.callback(contender.kill)
            if contender.is_ready:
                contenders.append(contender)
        for number in range(rounds + 1):
            for contender in order.sample(contenders, len(contenders)):
                sleep(PAUSE_SECONDS)
                times = contender.turn(calls)
                if number:
                    yield contender.name, times


def table(samples: Turns) -> str:
    """Return the figures as Markdown."""
    lines = ["| | median | 99 % | times os.write | an acknowledged call is in |", "|---|--:|--:|--:|---|"]
    for name, rounds in samples.items():
        times = list(chain(*rounds))
        median, high = statistics.median(times), statistics.quantiles(times, n=100)[98]
        lines.append(
            f"| {name} | {median / 1000:.2f} µs | {high / 1000:.1f} µs | {ratio(rounds, samples[FLOOR])} "
            f"| {DURABILITY[name]} |"
        )
    if PEER in samples:
        lines += ["", f"{PEER} takes {ratio(samples[PEER], samples[OURS])} times as long as {OURS}."]
    return "\n".join(lines)


def ratio(one: list[list[int]], other: list[list[int]]) -> str:
    """Return how many times as long one takes: of all rounds, and the least and the most of a round."""
    whole = statistics.median(chain(*one)) / statistics.median(chain(*other))
    each = [statistics.median(a) / statistics.median(b) for a, b in zip(one, other, strict=True)]
    return f"{whole:.3g} ({min(each):.3g} to {max(each):.3g})"


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--serve", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve(options.serve, options.folder)
    samples: Turns = {name: [] for name in CONTENDERS}
    with tempfile.TemporaryDirectory(prefix="lineal-benchmark-") as folder:
        found = list(turns(options.rounds, options.calls, Path(folder)))
    for name, times in found:
        samples[name].append(times)
    if options.output:
        lines = (json.dumps({"contender": name, "ns": times}) for name, times in found)
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text("\n".join(lines) + "\n")
    print(f"Python {platform.python_version()}, Linux {platform.release()}, {os.cpu_count()} cores\n")
    print(table({name: rounds for name, rounds in samples.items() if rounds}))
    return None


if __name__ == "__main__":
    main()
