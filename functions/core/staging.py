"""Files that MLflow clients put below a project's staging prefix, on their own or through the proxy.

Nothing here has a content address: a path may be written again, and S3 keeps the older versions.
"""

from dataclasses import dataclass

from functions.core.ports import StagedStore
from lineal_contract.mlflow.staging import prefix


@dataclass(frozen=True)
class Staging:
    """A project's staged files by path, relative to the prefix."""

    store: StagedStore

    def uri(self, project: str) -> str:
        """Return the S3 address of the prefix; it ends in a slash."""
        return f"s3://{self.store.bucket}/{prefix(project)}"
