"""The files of a run on their way: its own, and those of the models that it made."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from lineal.importing.files import WHOLE, Fetched, artifacts, fetch_all, naming
from lineal.importing.job import Job
from lineal.importing.labels import Tell
from lineal.importing.logged_models import artifact_names
from lineal.importing.records import Holder, LoggedModelRecord, Place, RunRecord
from lineal.resources.runs import Run
from lineal.transfer.files import LocalFile
from lineal.transfer.progress import Silent
from lineal_contract.artifacts import LogArtifact


class RunFiles:
    """Fetched once, when they are first asked for; `left` counts what could not be had."""

    def __init__(self, job: Job, record: RunRecord, folder: Path, tell: Tell) -> None:
        self._job, self._record, self._folder, self._tell = job, record, folder, tell
        self._got: list[Fetched] = []
        self.left = 0

    @cached_property
    def models(self) -> list[LoggedModelRecord]:
        """The logged models whose files are the run's."""
        return self._job.plan.made_by(self._record.id)

    @cached_property
    def of_models(self) -> Mapping[str, Fetched]:
        """Their files, by the models' ids at the source."""
        return {
            model.id: self._fetched(Place(Holder.LOGGED_MODEL, model.id), f"models/{model.id}")
            for model in self.models
        }

    @cached_property
    def artifacts(self) -> list[LogArtifact]:
        """What all of them are as artifacts, hashed."""
        plan, record = self._job.plan, self._record
        own = self._fetched(Place(Holder.RUN, record.id), "run")
        wanted = plan.wanted_of(Holder.RUN, record.id)
        found = artifacts(own, wanted)
        self.left += sum((path or WHOLE) not in found for path in wanted)  # the version itself says so
        names = artifact_names(self.models)
        for model in self.models:
            name = f"{names[model.id]}-{model.id}" if names[model.id] in found else names[model.id]
            found |= self._of_model(model, name)
        return [naming(name, files) for name, files in sorted(found.items())]

    def absent(self, run: Run) -> bool:
        """Say whether a run lacks an artifact."""
        there = {artifact.name for artifact in run.artifacts}
        return any(artifact.name not in there for artifact in self.artifacts)

    def store(self, run_id: str) -> None:
        """Store what is not stored yet, and name it in the run."""
        named = self.artifacts
        files = {file.digest: file for fetched in self._got for file in fetched.values()}
        if files:
            self._job.client.artifacts.store(files.values(), Silent())
        for artifact in named:
            self._job.client.artifacts.record(run_id, artifact)

    def _of_model(self, model: LoggedModelRecord, name: str) -> dict[str, list[LocalFile]]:
        files = self.of_models[model.id]
        found = {name: list(files.values())} if files else {}
        for path in filter(None, self._job.plan.wanted_of(Holder.LOGGED_MODEL, model.id)):
            if below := artifacts(files, [path]).get(path):
                found[f"{name}/{path}"] = below
        return found

    def _fetched(self, place: Place, folder: str) -> Fetched:
        def tell(what: str) -> None:
            self.left += 1
            self._tell(what)

        below = self._folder / folder
        below.mkdir(parents=True)
        found = fetch_all(self._job.source, place, below, tell)
        self._got.append(found)
        return found
