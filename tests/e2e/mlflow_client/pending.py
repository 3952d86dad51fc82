"""What a script with an MLflow client does with sources that take long to hash. Prints JSON.

`begin NAME SOURCE` does not wait for the version, `wait NAME SOURCE` does, as the client does by itself;
`read NAME VERSION PATH` says what is in a file.
"""

import json
import sys
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException


def begin(name: str, source: str) -> object:
    client = MlflowClient()
    client.create_registered_model(name)
    made = client.create_model_version(name, source, await_creation_for=0)
    client.set_registered_model_alias(name, "next", made.version)
    return made.status, made.status_message


def wait(name: str, source: str) -> object:
    client = MlflowClient()
    client.create_registered_model(name)
    made = client.create_model_version(name, source, await_creation_for=120)
    newest = [each.version for each in client.get_registered_model(name).latest_versions]
    return made.status, status(name, made.version)[0], newest


def status(name: str, version: str) -> tuple[str, str]:
    found = MlflowClient().get_model_version(name, version)
    return found.status, found.status_message


def read(name: str, version: str, path: str) -> object:
    client = MlflowClient()
    try:
        found = mlflow.artifacts.download_artifacts(f"models:/{name}/{version}/{path}")
    except MlflowException as refused:
        return refused.error_code, client.get_model_version(name, version).status
    return Path(found).read_text()


if __name__ == "__main__":
    act, *given = sys.argv[1:]
    said = {"begin": begin, "wait": wait, "status": status, "read": read}[act](*given)
    sys.stdout.write(json.dumps(said) + "\n")
