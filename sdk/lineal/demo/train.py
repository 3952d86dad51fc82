"""Train a linear model on the diabetes data and log all there is to know about it.

    python train.py --data diabetes.csv --name baseline --eta0 0.0005 --epochs 12

An ordinary training script: the lines that speak to lineal are the `lineal.run` block and what is called on
`run`. It prints the run's id.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.linear_model import SGDRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

import lineal

SEED = 7


def main() -> None:
    """Train, log, store the model."""
    options = parse()
    rows = np.loadtxt(options.data, delimiter=",", skiprows=1)
    train, test = train_test_split(rows, test_size=0.25, random_state=SEED)
    params = {"eta0": options.eta0, "epochs": options.epochs, "seed": SEED, "model": "SGDRegressor"}
    with lineal.run(
        experiment="diabetes", name=options.name, params=params, tags={"demo": options.name}
    ) as run:
        run.use_dataset("diabetes", options.data)
        scaler = StandardScaler().fit(train[:, :-1])
        regressor = SGDRegressor(learning_rate="constant", eta0=options.eta0, random_state=SEED)
        for epoch in range(options.epochs):
            regressor.partial_fit(scaler.transform(train[:, :-1]), train[:, -1])
            errors = {
                "train/mae": error_of(regressor, scaler, train),
                "mae": error_of(regressor, scaler, test),
            }
            run.log(errors, step=epoch)
        run.log_model(Pipeline([("scale", scaler), ("regress", regressor)]), name="model")
    print(run.id)  # noqa: T201 - the caller reads it


def parse() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--eta0", type=float, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    return parser.parse_args()


def error_of(regressor: SGDRegressor, scaler: StandardScaler, rows: np.ndarray) -> float:
    """Return the mean absolute error, in the target's unit."""
    return float(mean_absolute_error(rows[:, -1], regressor.predict(scaler.transform(rows[:, :-1]))))


if __name__ == "__main__":
    main()
