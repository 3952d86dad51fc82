"""What is captured when a run starts: its code, its environment, and files that say more about both."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from lineal.capture.code import capture_code, script_of
from lineal.capture.environment import LOCKFILE_ARTIFACT, capture_environment
from lineal.capture.git import Repository
from lineal.capture.lockfiles import find_lockfile
from lineal.capture.switches import Item
from lineal.errors import LinealError
from lineal.recording import NewArtifact, Recording
from lineal_contract.environments import Environment
from lineal_contract.runs import Code

logger = logging.getLogger("lineal")


@dataclass(frozen=True)
class Found:
    """Code and environment as the run's record has them, and the lock file, which is stored beside it."""

    code: Code
    environment: Environment | None
    lockfile: Path | None = None

    def keep_files(self, recording: Recording) -> None:
        """Store the lock file as an artifact; where that fails the run goes on with the digest alone."""
        if self.lockfile is None:
            return
        artifact = NewArtifact(self.lockfile, LOCKFILE_ARTIFACT + self.lockfile.name)
        try:
            recording.log_artifact(artifact)
        except LinealError as error:
            logger.warning("the lock file %s is not stored: %s", self.lockfile.name, error)


def capture_start(items: Collection[Item], script: Path | None = None, image: str | None = None) -> Found:
    """Return what is to be captured of `items`; `script` is the running one by default."""
    path = script_of(script)
    folder = path.parent if path is not None else Path.cwd()
    lockfile = None
    if Item.LOCKFILE in items:
        repository = Repository.around(folder)
        lockfile = find_lockfile(path or folder, repository.top if repository else None)
    code = capture_code(script, items) if Item.CODE in items else Code()
    return Found(code, capture_environment(items, lockfile, image), lockfile)
