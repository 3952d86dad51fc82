"""What is captured when a run starts: its code, its environment, and files that say more about both."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from lineal.capture.code import capture_code, script_of
from lineal.capture.environment import LOCKFILE_ARTIFACT, capture_environment
from lineal.capture.git import Repository
from lineal.capture.jobs import record_channels
from lineal.capture.lockfiles import find_lockfile
from lineal.capture.sagemaker import TrainingJob
from lineal.capture.switches import Item
from lineal.errors import LinealError
from lineal.tracking.params import Params, as_params
from lineal.tracking.recording import NewArtifact, Recording
from lineal_contract.environments import Environment
from lineal_contract.runs import Code

logger = logging.getLogger("lineal")


@dataclass(frozen=True)
class Found:
    """Code and environment as the run's record has them, and the lock file, which is stored beside it."""

    code: Code
    environment: Environment | None
    lockfile: Path | None = None
    job: TrainingJob | None = None

    @property
    def params(self) -> Params:
        """The params that the run has before anybody gives it one: a job's hyperparameters."""
        return as_params(self.job.hyperparameters if self.job is not None else None)

    @property
    def tags(self) -> dict[str, str]:
        """The tags that it has."""
        return self.job.tags if self.job is not None else {}

    def record(self, recording: Recording) -> None:
        """Record what is beside the run: the job's data, and the lock file."""
        record_channels(self.job, recording)
        self._keep_lockfile(recording)

    def _keep_lockfile(self, recording: Recording) -> None:
        """Store it as an artifact; where that fails the run goes on with the digest alone."""
        if self.lockfile is None:
            return
        artifact = NewArtifact(self.lockfile, LOCKFILE_ARTIFACT + self.lockfile.name)
        try:
            recording.log_artifact(artifact)
        except LinealError as error:
            logger.warning("the lock file %s is not stored: %s", self.lockfile.name, error)


def capture_start(
    items: Collection[Item], script: Path | None = None, job: TrainingJob | None = None
) -> Found:
    """Return what is to be captured of `items`; `script` is the running one by default."""
    path = script_of(script)
    folder = path.parent if path is not None else Path.cwd()
    lockfile = None
    if Item.LOCKFILE in items:
        repository = Repository.around(folder)
        lockfile = find_lockfile(path or folder, repository.top if repository else None)
    code = capture_code(script, items) if Item.CODE in items else Code()
    environment = capture_environment(items, lockfile, job.image if job is not None else None)
    return Found(code, environment, lockfile, job)
