"""The data, and the training script run as a scientist would run it: a process of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from lineal.demo.errors import DemoError

SCRIPT = Path(__file__).with_name("train.py")
SECONDS = 300


@dataclass(frozen=True)
class Settings:
    """One way to train."""

    name: str
    eta0: float
    epochs: int


BASELINE = Settings("baseline", eta0=0.0005, epochs=10)
WORSE = Settings("worse", eta0=0.0005, epochs=5)
BETTER = Settings("better", eta0=0.001, epochs=30)


def require_extra() -> None:
    """Raise DemoError when scikit-learn or skl2onnx is not installed."""
    missing = [name for name in ("sklearn", "skl2onnx") if find_spec(name) is None]
    if missing:
        raise DemoError(f'{", ".join(missing)} not installed: pip install "lineal[local,demo]"')


def write_data(folder: Path) -> Path:
    """Write scikit-learn's diabetes set as CSV: ten features and the target, 442 rows."""
    from sklearn.datasets import load_diabetes

    data = load_diabetes()
    lines = [",".join([*data.feature_names, "target"])]
    for features, target in zip(data.data, data.target, strict=True):
        lines.append(",".join(repr(float(number)) for number in (*features, target)))
    path = folder / "diabetes.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def first_row(data: Path) -> list[float]:
    """Return the features of the first patient."""
    return [float(number) for number in data.read_text().splitlines()[1].split(",")[:-1]]


def train(settings: Settings, data: Path, environment: dict[str, str]) -> str:
    """Run the training script and return its run's id. Raises DemoError with what it said."""
    command = [sys.executable, str(SCRIPT), "--data", str(data), "--name", settings.name]
    command += ["--eta0", str(settings.eta0), "--epochs", str(settings.epochs)]
    done = subprocess.run(  # noqa: S603 - our own script
        command,
        env=plain_environment() | environment | {"LINEAL_QUIET": "1"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise DemoError(f"the {settings.name} run failed:\n{done.stderr[-2000:]}")
    return done.stdout.split()[-1]


def plain_environment() -> dict[str, str]:
    """Return this process's environment without what would lead to another account or project."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "LINEAL_"))}
