"""Trains a small model and prints its run's id."""

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

import lineal

x, y = load_diabetes(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=7)

with lineal.run(experiment="pipeline", params={"alpha": 0.1}) as run:
    run.use_dataset("diabetes", np.column_stack([x, y]))
    model = Ridge(alpha=0.1).fit(x_train, y_train)
    run.log({"mae": float(np.abs(model.predict(x_test) - y_test).mean())})
    run.log_model(model)

print(run.id)
