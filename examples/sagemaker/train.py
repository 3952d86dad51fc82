"""A training script for SageMaker's script mode: one `lineal.run()`, and the rest is captured.

Hyperparameters, data channels, instance, code and environment of the job are recorded without a line of
their own. It runs on a laptop just as well: `python train.py --train data/`.
"""

import argparse
import csv
import json
import os
from pathlib import Path

import lineal


def main() -> None:
    """Fit a line by gradient descent and keep it where SageMaker looks for models."""
    arguments = parsed()
    rows = read(Path(arguments.train))
    with lineal.run(experiment="sagemaker-example") as run:
        weight, bias = fit(rows, arguments.epochs, arguments.learning_rate, run)
        model = Path(arguments.model_dir, "model.json")
        model.parent.mkdir(parents=True, exist_ok=True)
        model.write_text(json.dumps({"weight": weight, "bias": bias}))
        run.log_artifact(model, "model")
        print(f"y = {weight:.3f} x + {bias:.3f}")


def parsed() -> argparse.Namespace:
    """Return the hyperparameters, which SageMaker passes as arguments, and the folders of the container."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN", "data"))
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR", "model"))
    return parser.parse_known_args()[0]


def read(folder: Path) -> list[tuple[float, float]]:
    """Return the rows `x,y` of all CSV files in a folder."""
    found = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="") as file:
            found += [(float(x), float(y)) for x, y in csv.reader(file)]
    return found


def fit(
    rows: list[tuple[float, float]], epochs: int, rate: float, run: "lineal.ActiveRun"
) -> tuple[float, float]:
    """Return weight and bias of the line that fits best, and log the error of each epoch."""
    weight = bias = 0.0
    for epoch in range(epochs):
        errors = [(weight * x + bias - y, x) for x, y in rows]
        weight -= rate * sum(error * x for error, x in errors) / len(rows)
        bias -= rate * sum(error for error, _ in errors) / len(rows)
        run.log({"train/mse": sum(error**2 for error, _ in errors) / len(rows)}, step=epoch)
    return weight, bias


if __name__ == "__main__":
    main()
