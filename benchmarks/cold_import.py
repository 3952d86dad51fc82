"""Processor time until an API function's handler is imported, beside a bare boto3 client for DynamoDB.

    .venv/bin/python -m benchmarks.cold_import --rounds 15 --output benchmarks/results/cold-import.jsonl

Each is a new interpreter with compiled modules, one after the other in turns, so that both meet the same
machine. The ratio is what is aimed at; the times are this machine's. `ready` is what the first request finds
besides: the import, and who may call on a client for DynamoDB, which the bare one has made too.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from infra.bytecode import compile_bundle
from infra.staging import stage
from lineal_contract.routes.table import ROUTES

BARE = "import boto3; boto3.client('dynamodb')"
EMPTY = "pass"
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "measured",
    "AWS_SECRET_ACCESS_KEY": "measured",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_LAMBDA_FUNCTION_NAME": "measured",
    "LINEAL_REGISTRY_TABLE": "registry",
}
IMPORT = "import functions.{}.handler"
READY = "import functions.{}.handler; from functions.bootstrap import backend; backend().admission"


def processor_seconds(code: str, bundle: Path) -> float:
    """Run `code` in a new interpreter and return its user and system time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], cwd=bundle, env=ENVIRONMENT, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def main() -> None:
    """Print the medians and their ratio for each function."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    rounds = asked.rounds
    folders = sorted({route.function for route in ROUTES} - {"serving"})
    with tempfile.TemporaryDirectory() as scratch:
        bundles = {folder: stage(folder, Path(scratch, folder)) for folder in folders}
        for bundle in bundles.values():
            compile_bundle(bundle, Path(sys.executable))
        anywhere = bundles[folders[0]]
        taken: dict[str, list[float]] = {
            name: [] for name in ("empty", "bare", *folders, *map(_ready, folders))
        }
        for _ in range(rounds):
            taken["empty"].append(processor_seconds(EMPTY, anywhere))
            taken["bare"].append(processor_seconds(BARE, anywhere))
            for folder, bundle in bundles.items():
                taken[folder].append(processor_seconds(IMPORT.format(folder), bundle))
                taken[_ready(folder)].append(processor_seconds(READY.format(folder), bundle))
    medians = {name: statistics.median(times) for name, times in taken.items()}
    started, bare = medians["empty"], medians["bare"] - medians["empty"]
    machine = f"Python {sys.version.split()[0]}, {os.uname().machine}"
    print(f"{rounds} rounds, {machine}; less {started * 1000:.0f} ms of starting")
    print(f"{'boto3.client':<14} {bare * 1000:6.0f} ms  1.00")
    for folder in folders:
        own, ready = medians[folder] - started, medians[_ready(folder)] - started
        print(f"{folder:<14} {own * 1000:6.0f} ms  {own / bare:4.2f}, ready {ready / bare:4.2f}")
    if asked.output:
        samples = ({"what": name, "seconds": each} for name, times in taken.items() for each in times)
        asked.output.write_text("".join(json.dumps(sample) + "\n" for sample in samples))


def _ready(folder: str) -> str:
    return f"{folder} ready"


if __name__ == "__main__":
    main()
