"""What versions are deployed to."""

from collections.abc import Sequence
from typing import Protocol

from lineal_contract.deployments import Deployment
from lineal_contract.registry import ModelVersion


class Target(Protocol):
    """Something that runs models: `serverless` now, others by the same port."""

    def check(self, version: ModelVersion) -> None:
        """Look at what is recorded of a version. Raises UnsupportedModelError for one it cannot run."""

    def start(self, deployment: Deployment, version: ModelVersion) -> None:
        """Begin to bring a version up. Idempotent. Raises UnsupportedModelError, BytesChangedError."""

    def ready(self, deployment: Deployment) -> bool:
        """Say whether the version can take traffic."""


class ServableModel(Protocol):
    """A loaded model."""

    def predict(self, rows: Sequence[Sequence[float]]) -> list[object]:
        """Return one output per row. Raises InvalidRequestError for rows of a wrong shape."""
