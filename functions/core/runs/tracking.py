"""Runs: their life, params that keep their value, metrics, inputs and outputs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from pydantic import TypeAdapter, ValidationError

from functions.core.commits import Contention
from functions.core.errors import (
    AlreadyExistsError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    QuotaExceededError,
)
from functions.core.objects.manifests import Manifests
from functions.core.objects.uploads import Uploads
from functions.core.ports.tracking import RunStore
from functions.core.ports.world import Clock
from functions.core.runs.changes import continued
from functions.core.runs.experiments import Experiments
from functions.core.runs.liveness import as_seen
from functions.core.runs.quotas import Quotas, counted
from functions.core.runs.summarising import of_columns
from lineal_contract import chunks
from lineal_contract.artifacts import Artifact, ArtifactKind, LogArtifact
from lineal_contract.base import Key
from lineal_contract.datasets import digest_of
from lineal_contract.people import Actor
from lineal_contract.quotas import Limit
from lineal_contract.runs import (
    ChunkReceipt,
    CreateRun,
    Dataset,
    LogChunk,
    ModelFacts,
    Run,
    RunStatus,
    StartAttempt,
    UseDataset,
)

_KEYS = TypeAdapter(set[Key])
_NAMED_KEYS, _NAMED_CHARS = 1_000, 250_000


@dataclass(frozen=True)
class Tracking:
    """What training scripts do."""

    runs: RunStore
    experiments: Experiments
    uploads: Uploads
    manifests: Manifests
    contention: Contention
    clock: Clock
    quotas: Quotas

    def create(self, project: str, wanted: CreateRun, actor: Actor) -> Run:
        """Return the new run, or the one an earlier delivery of the same request made.

        Raises AlreadyExistsError when another experiment has a run of this id, ConflictError when the
        experiment is deleted, QuotaExceededError.
        """
        experiment = self.experiments.ensure(project, wanted.experiment, actor)
        run = Run(
            project=project,
            experiment_id=experiment.experiment_id,
            status=RunStatus.RUNNING,
            metrics={},
            actor=actor,
            heartbeat_at=self.clock() if wanted.heartbeat else None,
            **{name: value for name, value in wanted if name != "heartbeat"},
        )
        try:
            if counted(self.quotas, project, lambda: self.contention.run(lambda: self.runs.create(run))):
                return run
            present = self.runs.get(project, wanted.run_id)
        except QuotaExceededError as refusal:
            try:
                present = self.runs.get(project, wanted.run_id)
            except NotFoundError:
                raise refusal from None
        if not _is_same(present, run):
            raise AlreadyExistsError(f"run {wanted.run_id} is there already, and it is another one")
        return present

    def get(self, project: str, run_id: str) -> Run:
        """Return a run as it is to be seen now. Raises NotFoundError."""
        return as_seen(self.runs.get(project, run_id), self.clock())

    def heartbeat(self, project: str, run_id: str) -> Run:
        """Take a sign of life, and return the run at a glance. Raises NotFoundError."""
        return self.runs.beat(project, run_id, self.clock())

    def resume(self, project: str, run_id: str, wanted: StartAttempt, actor: Actor) -> Run:
        """Return the run, which goes on with a new attempt. Raises NotFoundError, ConflictError."""

        def attempt() -> Run:
            before = self.runs.get(project, run_id)
            if any(known.attempt_id == wanted.attempt_id for known in before.attempts):
                return before
            now = self.clock()
            after, started = continued(as_seen(before, now), wanted, actor, now)
            self.runs.replace(before, after, started)
            return after.model_copy(update={"attempts": (*before.attempts, started)})

        return self.contention.run(attempt)

    def log_chunk(self, project: str, run_id: str, wanted: LogChunk) -> ChunkReceipt:
        """Store a chunk once. Raises InvalidRequestError for bytes that are none, NotFoundError.

        Raises QuotaExceededError; a chunk that comes again counts again.
        """
        try:
            points = chunks.columns(wanted.data)
        except chunks.ChunkError as error:
            raise InvalidRequestError(str(error)) from error
        _check_keys(points.keys)
        place = self.runs.place(project, run_id)
        self.quotas.spend(project, Limit.POINTS_PER_DAY, len(points))
        stop = self.runs.add_chunk(place, wanted.writer, wanted.seq, wanted.data, of_columns(points))
        return ChunkReceipt(points=len(points), stop=stop)

    def use_dataset(self, project: str, run_id: str, used: UseDataset) -> Dataset:
        """Record an input. Raises NotFoundError for a manifest that is not stored, InvalidRequestError."""
        check_files(used)
        if used.manifest is not None:
            self.uploads.stored(project, used.manifest)
        dataset = Dataset(**dict(used))
        run = self.runs.get(project, run_id)
        if _has_finished(run) and dataset in run.datasets:
            return dataset  # delivered again
        self.runs.put_datasets(_open(run), [dataset])
        return dataset

    def log_artifact(self, project: str, run_id: str, logged: LogArtifact) -> Artifact:
        """Give stored content a name in a run. Raises NotFoundError, AlreadyExistsError."""
        found = self.manifests.pin(project, logged)
        artifact = Artifact(
            name=logged.name,
            digest=found.artifact_digest,
            size=found.size,
            files=found.entries,
            file_count=found.count,
            manifest_object=found.document,
            kind=logged.kind,
            step=logged.step,
            model=logged.model,
            description=logged.description,
            metadata=logged.metadata,
            created_at=self.clock(),
        )
        run = self.runs.get(project, run_id)
        for known in run.artifacts if _has_finished(run) else ():
            if known == artifact.model_copy(update={"created_at": known.created_at}):
                return known  # delivered again
        self.runs.put_artifact(_open(run), artifact)
        if logged.keep is not None:
            self.runs.drop_artifacts(run, outdated((*run.artifacts, artifact), logged.keep))
        if (facts := _facts(logged)) is not None:
            self._describe(project, run_id, facts)
        return artifact

    def _describe(self, project: str, run_id: str, facts: ModelFacts) -> None:
        """Say what a run's model is; the last one counts."""

        def attempt() -> None:
            before = self.runs.get(project, run_id)
            after = before.model_copy(update={"model": facts})
            if after != before:
                self.runs.replace(before, after)

        self.contention.run(attempt)


def _has_finished(run: Run) -> bool:
    return run.status is RunStatus.FINISHED


def _open(run: Run) -> Run:
    """Return a run that may still get inputs and outputs. Raises ConflictError for a finished one."""
    if _has_finished(run):
        raise ConflictError("the run has finished: its inputs and outputs do not change any more")
    return run


def check_files(used: UseDataset) -> None:
    """Raise InvalidRequestError unless the digest is that of the files, or a manifest has these instead."""
    if not used.files and used.manifest is None:
        raise InvalidRequestError("a dataset lists its files, or has a manifest that does")
    if used.files and digest_of(used.files) != used.digest:
        raise InvalidRequestError("the digest is not that of the listed files")


def outdated(artifacts: Iterable[Artifact], keep: int) -> list[Artifact]:
    """Return the checkpoints before those of the last `keep` steps; of one step the newest alone stays."""
    newest: dict[int, Artifact] = {}
    found = [a for a in artifacts if a.kind is ArtifactKind.CHECKPOINT and a.step is not None]
    for each in sorted(found, key=lambda a: (a.step, a.created_at)):
        newest[each.step or 0] = each
    kept = {a.name for a in list(newest.values())[-keep:]}
    return [a for a in found if a.name not in kept]


def _facts(logged: LogArtifact) -> ModelFacts | None:
    """What a stored model is, for searches by model type."""
    model = logged.model
    if model is None or not model.model_type:
        return None
    return ModelFacts(
        model_type=model.model_type,
        algorithm=model.algorithm,
        framework=model.framework,
        framework_version=model.framework_version,
    )


def _check_keys(keys: Iterable[str]) -> None:
    try:
        _KEYS.validate_python(set(keys))
    except ValidationError as error:
        bad = sorted(str(found["input"]) for found in error.errors())
        named = ", ".join(repr(key if len(key) <= 80 else f"{key[:80]}…") for key in bad[:5])
        rule = "a metric's key has 1 to 250 characters in Unicode's composed form, none of them invisible"
        raise InvalidRequestError(f"{rule}; not so: {named}", refused=_within_an_answer(bad)) from error


def _within_an_answer(keys: Sequence[str]) -> tuple[str, ...]:
    """As many of some keys as an answer has room for: a client drops these, and asks again."""
    shortest = sorted(keys, key=len)[:_NAMED_KEYS]
    used = accumulate(map(len, shortest))
    return tuple(key for key, chars in zip(shortest, used, strict=True) if chars <= _NAMED_CHARS)


def _is_same(present: Run, wanted: Run) -> bool:
    """Whether a run is what an earlier delivery of the same request made; params may have come since."""
    made = ("experiment_id", "name", "code", "environment", "started_at")
    same = all(getattr(present, field) == getattr(wanted, field) for field in made)
    return same and wanted.params.items() <= present.params.items()
