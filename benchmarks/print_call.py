"""What a print costs with and without the capture of stdout: rounds of both, to a file and to a pipe.

python benchmarks/print_call.py [rounds]
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PRINTS = 100_000
LOOP = """
import os, sys, time
import lineal
with lineal.run(capture={"stdout": sys.argv[1] == "on"}):
    print("warm")
    begun = time.perf_counter()
    for i in range(int(sys.argv[2])):
        print("epoch", i, "loss", 0.123456)
    taken = time.perf_counter() - begun
os.write(2, f"{taken:f}".encode())
"""


def main() -> None:
    """Print microseconds per call, medians over rounds."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    taken: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "loop.py")
        script.write_text(LOOP)
        for _ in range(rounds):
            for where in ("file", "pipe"):
                for capture in ("off", "on"):
                    taken.setdefault((where, capture), []).append(seconds(script, where, capture))
    for (where, capture), values in taken.items():
        each = statistics.median(values) / PRINTS * 1e6
        print(f"stdout to a {where}, capture {capture}: {each:.2f} µs a print")


def seconds(script: Path, where: str, capture: str) -> float:
    """Return how long the loop took in a process of its own."""
    own = {
        "LINEAL_MODE": "offline",
        "LINEAL_CAPTURE": "off",
        "LINEAL_QUIET": "1",
        "LINEAL_SPOOL_DIR": str(script.parent / "spool"),
    }
    with (script.parent / "out").open("wb") as file:
        target = file if where == "file" else subprocess.PIPE
        process = subprocess.Popen(
            [sys.executable, str(script), capture, str(PRINTS)],
            env=os.environ | own,
            stdout=target,
            stderr=subprocess.PIPE,
        )
        _, told = process.communicate()
    return float(told.split()[0])


if __name__ == "__main__":
    main()
