"""One version of an import: of a run's artifact where its run is here, else of files from outside."""

from collections.abc import Mapping
from pathlib import Path

from lineal.errors import LinealError
from lineal.importing import labels
from lineal.importing.files import WHOLE, at, fetch_all
from lineal.importing.identities import CREATED_AT, RUN_ID, SOURCE, STAGE, USER, VERSION, id_of, request_id
from lineal.importing.job import Job
from lineal.importing.logged_models import artifact_names
from lineal.importing.records import Holder, Origin, Place, VersionRecord
from lineal.importing.report import Outcome, Problem
from lineal.importing.run_checks import files_digest
from lineal.resources.versions import Version
from lineal.transfer.files import LocalFile, read_file
from lineal.transfer.progress import Silent
from lineal_contract.artifacts import Artifact, ModelInfo
from lineal_contract.lists import MAX_FILES
from lineal_contract.policies import Stage

_MAX_TAGS = 50
_MAX_COPIES = 20
_PROMPT = "prompt.txt"


class LeftOutError(LinealError):
    """A version cannot be brought; the message says why."""


class Bringing:
    """One version on its way."""

    def __init__(self, job: Job, model: str, record: VersionRecord, folder: Path) -> None:
        self._job, self._model, self._record, self._folder = job, model, record, folder
        self._problems: list[Problem] = []

    def bring(self) -> Outcome:
        """Register the version once, and compare what was read back.

        Raises LeftOutError, UnreadableError, and what the API refuses it with.
        """
        origin = self._origin()
        artifact = self._artifact(origin)
        if artifact is not None:
            run_id, found = artifact
            wanted = {entry.path: entry.object.digest for entry in found.files}
            version = self._from_run(run_id, found.name)
        else:
            files = self._files(origin)
            wanted = {file.path: file.digest for file in files}
            version = self._from_outside(files)
        for more in list(labels.cut(self._tags, _MAX_TAGS))[1:]:
            version.describe(tags=more)
        return self._checked(self._job.client.models.version(self._model, version.version), wanted)

    def _origin(self) -> Origin:
        """Where the files are; of a copy, where those of the version are that it was copied from."""
        by_name = {(each.model, str(each.number)): each for each in self._job.plan.versions}
        origin = self._record.origin
        for _ in range(_MAX_COPIES):
            if origin.version is None:
                return origin
            source = by_name.get(origin.version)
            if source is None:
                raise LeftOutError(f"it is a copy of {'/'.join(origin.version)}, which is not at hand")
            origin = source.origin
        raise LeftOutError("it is a copy of a copy of a copy without end")

    def _artifact(self, origin: Origin) -> tuple[str, Artifact] | None:
        """The run's artifact that the version is, where its run was brought."""
        named = self._named(origin.place)
        if named is None:
            return None
        source_id, name = named
        run_id = id_of(self._job.source.kind, self._job.plan.runs[source_id])
        artifacts = {each.name: each for each in self._job.client.runs.get(run_id).artifacts}
        if origin.place is not None and f"{name}-{origin.place.id}" in artifacts:
            name = f"{name}-{origin.place.id}"  # the run had files of its own under the model's name
        if name not in artifacts:
            raise LeftOutError(f"its run has no files at {self._record.source}")
        if f"{name}~2" in artifacts:
            raise LeftOutError(f"it has more than {MAX_FILES} files")
        return run_id, artifacts[name]

    def _named(self, place: Place | None) -> tuple[str, str] | None:
        """The source's id of the run that was brought, and the artifact's name."""
        plan = self._job.plan
        if place is None:
            return None
        if place.holder is Holder.RUN and place.id in plan.runs:
            return place.id, place.path or WHOLE
        model = plan.logged_models.get(place.id)
        if place.holder is Holder.LOGGED_MODEL and model is not None and model.source_run_id in plan.runs:
            name = artifact_names(plan.made_by(model.source_run_id))[model.id]
            return model.source_run_id, f"{name}/{place.path}" if place.path else name
        return None

    def _files(self, origin: Origin) -> list[LocalFile]:
        """The files of a version without a run here, in this machine's folder."""
        if origin.text is not None:
            target = self._folder / _PROMPT
            target.write_text(origin.text, encoding="utf-8")
            return [read_file(target, _PROMPT)]
        place = origin.place
        if place is None:
            raise LeftOutError("it says not where its files are")
        told: list[str] = []
        found = at(fetch_all(self._job.source, place, self._folder, told.append), place.path)
        if told or not found:
            raise LeftOutError("; ".join(told[:3]) or f"there are no files at {self._record.source}")
        if len(found) > MAX_FILES:
            raise LeftOutError(f"it has {len(found)} files, and a version has {MAX_FILES} at most")
        return found

    @property
    def _tags(self) -> dict[str, str]:
        record = self._record
        own = {SOURCE: self._job.source.uri, VERSION: str(record.number), CREATED_AT: str(record.created_at)}
        own |= {RUN_ID: record.run_id} if record.run_id else {}
        own |= {USER: record.user} if record.user else {}
        own |= {STAGE: record.stage.value} if record.stage is not Stage.DEVELOPMENT else {}
        return own | labels.tags(record.tags, self._tell)

    def _from_run(self, run_id: str, artifact: str) -> Version:
        return self._job.client.models.register(
            self._model,
            artifact,
            run_id=run_id,
            description=self._record.description[:8_000],
            tags=next(labels.cut(self._tags, _MAX_TAGS)),
            request_id=request_id(self._job.source.kind, self._record),
        )

    def _from_outside(self, files: list[LocalFile]) -> Version:
        self._job.client.artifacts.store(files, Silent())
        onnx = any(file.path.endswith(".onnx") for file in files)
        return self._job.client.models.register_outside(
            self._model,
            {file.path: file.digest for file in files},
            source=(self._record.source or self._job.source.uri)[:2_000],
            info=ModelInfo(format="onnx" if onnx else "other"),
            description=self._record.description[:8_000],
            tags=next(labels.cut(self._tags, _MAX_TAGS)),
            request_id=request_id(self._job.source.kind, self._record),
        )

    def _checked(self, stored: Version, wanted: Mapping[str, str]) -> Outcome:
        manifest = self._job.client.artifacts.files(stored)
        there = {entry.path: entry.object.digest for entry in manifest}
        name = f"{self._record.model}/{self._record.number}"
        same = there == wanted and self._tags.items() <= stored.tags.items()
        same = same and stored.description == self._record.description[:8_000]
        if not same:
            self._tell("files, tags or description read back are not those of the source")
        return Outcome(
            id=name,
            number=stored.version,
            files=(len(wanted), files_digest({name: wanted})),
            stored_files=(len(there), files_digest({name: there})),
            bytes=sum(entry.object.size for entry in manifest),
            verified=same,
            problems=tuple(self._problems),
        )

    def _tell(self, what: str) -> None:
        problem = Problem(kind="version", id=f"{self._record.model}/{self._record.number}", what=what)
        self._problems += [problem] if problem not in self._problems else []
