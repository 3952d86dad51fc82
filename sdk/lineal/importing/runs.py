"""Runs of an import: made, filled, ended, and read back before they count as brought."""

from collections import defaultdict
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from lineal.ids import now_millis
from lineal.importing import labels, logged_models, points
from lineal.importing.identities import (
    EXPERIMENT_ID,
    LOCATION,
    PARENT_ID,
    RUN_ID,
    id_of,
)
from lineal.importing.job import Job
from lineal.importing.journal import fingerprint
from lineal.importing.records import ModelValue, RunRecord
from lineal.importing.report import Outcome, Problem
from lineal.importing.run_checks import checked
from lineal.importing.run_files import RunFiles
from lineal.importing.run_links import link
from lineal.resources.runs import Run
from lineal_contract.chunks import Point
from lineal_contract.ids import derived_id
from lineal_contract.mlflow import run_tags
from lineal_contract.runs import CreateRun, Lifecycle, RunStatus, StartAttempt, UpdateRun

_MAX_TAGS, _MAX_PARAMS = 200, 1_000


def bring(job: Job, record: RunRecord) -> None:
    """Bring a run over, unless the journal says that it is here as it is there now."""
    mark = fingerprint(record)
    outcome = job.journal.outcome("runs", record.id, mark)
    present = outcome is not None
    if outcome is not None:
        models = len(job.plan.made_by(record.id))  # the run was not verified before these were
        job.ledger.count("logged models", present=models, verified=models)
    else:
        with TemporaryDirectory(prefix="lineal-import-") as folder:
            bringing = _Bringing(job, job.source.run(record.id) or record, Path(folder))
            outcome = bringing.bring()
            present = bringing.was_there
        job.journal.write("runs", record.id, mark, outcome)
    job.ledger.settle("runs", outcome, present=present)
    job.advance()


class _Bringing:
    """One run on its way."""

    def __init__(self, job: Job, record: RunRecord, folder: Path) -> None:
        self._job, self._record = job, record
        self._id = id_of(job.source.kind, record)
        self._problems: list[Problem] = []
        self._files = RunFiles(job, record, folder, self._tell)
        self.was_there = False

    def bring(self) -> Outcome:
        """Write what is missing, read everything back and compare."""
        run = self._create()
        deleted = run.lifecycle is Lifecycle.DELETED
        self.was_there = deleted or run.status is not RunStatus.RUNNING
        closed = deleted or run.status is RunStatus.FINISHED
        if not deleted:
            self._log_points(run)
        if not closed:
            self._label()
            link(job=self._job, record=self._record, run_id=self._id)
            self._files.store(self._id)
            self._end()
        elif not deleted and self._files.absent(run):
            self._add_files(run)
        same = [
            logged_models.finish(self._job, model, self._files.of_models[model.id], self._tell)
            for model in self._files.models
        ]
        outcome = checked(
            self._stored(),
            self._wanted,
            self._points,
            points.stored(self._job.client.runs, self._id, self._record.metrics),
            self._files.artifacts,
            ended=self._record.status is not RunStatus.RUNNING,
        )
        return outcome.model_copy(
            update={
                "id": self._record.id,
                "verified": outcome.verified and all(same),
                "left_files": self._files.left,
                "problems": (*self._problems, *outcome.problems),
            }
        )

    def _stored(self) -> Run:
        """The run as it is read back, with all files of its artifacts."""
        client = self._job.client
        run = client.runs.get(self._id)
        complete = (each.model_copy(update={"files": client.artifacts.files(each)}) for each in run.artifacts)
        return run.model_copy(update={"artifacts": tuple(complete)})

    @cached_property
    def _wanted(self) -> CreateRun:
        """The run as it is to be, with all params and tags."""
        record = self._record
        given = labels.tags(record.tags, self._tell)
        own = {RUN_ID: record.id, EXPERIMENT_ID: record.experiment_id, LOCATION: record.artifact_uri}
        given |= self._job.mark | {key: value[:8_000] for key, value in own.items()}
        if record.user:
            given = {run_tags.USER: record.user} | given
        parent = self._parent(given)
        tags, fields = run_tags.fields_of(given)
        return CreateRun.model_construct(
            run_id=self._id,
            experiment=self._job.experiment_of(record),
            name=str(fields.get("name") or record.name)[:250],
            parent_run_id=parent,
            params=labels.params(record.params, self._tell),
            tags=tags,
            note=fields.get("note", ""),
            code=run_tags.code_of(tags),
            started_at=record.started_at,
        )

    def _parent(self, tags: dict[str, str]) -> str | None:
        """The parent's id here, which takes the place of the one there in the tags."""
        there = tags.pop(run_tags.PARENT, None)
        if there is None:
            return None
        tags[PARENT_ID] = there
        parent = self._job.run_id(there)
        if parent is None:
            self._tell(f"its parent {there} is gone at the source")
        else:
            tags[run_tags.PARENT] = parent
        return parent

    def _create(self) -> Run:
        wanted = self._wanted
        first = {
            **dict(wanted),
            "params": next(labels.cut(wanted.params, _MAX_PARAMS)),
            "tags": next(labels.cut(wanted.tags, _MAX_TAGS)),
        }
        run = self._job.client.runs.create(CreateRun.model_validate(first))
        return self._job.client.runs.get(run.run_id)

    def _label(self) -> None:
        """Params and tags that one request has no room for."""
        for params in list(labels.cut(self._wanted.params, _MAX_PARAMS))[1:]:
            self._job.client.runs.update(self._id, UpdateRun(params=params))
        for tags in list(labels.cut(self._wanted.tags, _MAX_TAGS))[1:]:
            self._job.client.runs.update(self._id, UpdateRun(tags=tags))

    @cached_property
    def _points(self) -> list[Point]:
        found = [
            point for key in self._record.metrics for point in self._job.source.history(self._record.id, key)
        ]
        return points.distinct(found)

    @cached_property
    def _values(self) -> dict[str, list[ModelValue]]:
        """What the run measured of models, by their ids here."""
        values: dict[str, list[ModelValue]] = defaultdict(list)
        for model in self._job.plan.logged_models.values():
            for value in model.values:
                if value.run_id == self._record.id:
                    values[self._job.logged_models[model.id]].append(value)
        return values

    def _log_points(self, run: Run) -> None:
        """Send the points that are not there; those that are models' too go the way that says so."""
        runs = self._job.client.runs
        logged_models.log_values(self._job, self._id, self._values)
        known = [value.point for values in self._values.values() for value in values]
        there = points.stored(runs, self._id, run.metrics) if run.metrics else []
        points.send(runs, self._id, points.missing(self._points, [*there, *known]))

    def _add_files(self, run: Run) -> None:
        """Go on with a run that had finished before its files could be had; the attempt shows that."""
        attempt = derived_id(now_millis(), f"{self._id} {len(run.attempts)}")
        wanted = StartAttempt(attempt_id=attempt, started_at=self._record.started_at)
        self._job.client.runs.resume(self._id, wanted)
        self._files.store(self._id)
        self._end()

    def _end(self) -> None:
        """End the run as it ended there; a run that goes on there goes on here."""
        record = self._record
        if record.status is not RunStatus.RUNNING:
            ended_at = record.ended_at or record.started_at
            self._job.client.runs.update(self._id, UpdateRun(status=record.status, ended_at=ended_at))
        if record.deleted:
            self._job.client.runs.update(self._id, UpdateRun(lifecycle=Lifecycle.DELETED))

    def _tell(self, what: str) -> None:
        problem = Problem(kind="run", id=self._record.id, what=what)
        self._problems += [problem] if problem not in self._problems else []
