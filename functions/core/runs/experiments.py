"""Experiments: their ids, names, notes, tags, and the end that is none."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from functions.core.causes import Said
from functions.core.commits import Contention
from functions.core.errors import (
    AlreadyExistsError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    StaleError,
    TooLargeError,
)
from functions.core.once import Once
from functions.core.ports.tracking import ExperimentStore
from functions.core.ports.world import Clock
from lineal_contract.experiments import (
    DEFAULT_EXPERIMENT,
    CreateExperiment,
    Experiment,
    ExperimentStage,
    UpdateExperiment,
)
from lineal_contract.people import Actor
from lineal_contract.runs import Edit

DEFAULT_ID = "0"
MAX_TAGS = 1_000
_ATTEMPTS = 20


def experiment_id(project: str, name: str, attempt: int = 0) -> str:
    """Return an experiment's id, known without a server: 63 bits of a SHA-256 in decimal.

    Where another experiment had this name first and was renamed, the next `attempt` gives the next id.
    """
    if name == DEFAULT_EXPERIMENT and not attempt:
        return DEFAULT_ID
    seed = f"{project}\0{name}" + (f"\0{attempt}" if attempt else "")
    return str(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) >> 1)


@dataclass(frozen=True)
class Experiments:
    """A project's experiments. A name is of one experiment at a time, deleted ones included."""

    store: ExperimentStore
    contention: Contention
    clock: Clock

    def get(self, project: str, experiment_id: str) -> Experiment:
        """Return an experiment; `Default` is made when it is first asked for. Raises NotFoundError."""
        found = self.store.get(project, experiment_id)
        if found is None and experiment_id == DEFAULT_ID:
            return self.ensure(project, DEFAULT_EXPERIMENT)
        if found is None:
            raise NotFoundError(f"project {project} has no experiment {experiment_id}")
        return found

    def by_name(self, project: str, name: str) -> Experiment:
        """Return the experiment that has a name now. Raises NotFoundError."""
        found = self.store.named(project, name)
        if found is None and name == DEFAULT_EXPERIMENT:
            return self.ensure(project, name)
        if found is None:
            raise NotFoundError(f"project {project} has no experiment {name!r}")
        return found

    def all(self, project: str) -> list[Experiment]:
        """Return every experiment, deleted ones too, in no order."""
        found = self.store.all(project)
        if any(each.experiment_id == DEFAULT_ID for each in found):
            return found
        return [*found, self.get(project, DEFAULT_ID)]

    def create(
        self, project: str, wanted: CreateExperiment, actor: Actor, artifact_location: str | None = None
    ) -> Experiment:
        """Return a new experiment. Raises AlreadyExistsError for a taken name, even of a deleted one."""
        present = self.store.named(project, wanted.name)
        if present is not None or wanted.name == DEFAULT_EXPERIMENT:
            kind = "a deleted" if present and present.stage is ExperimentStage.DELETED else "an"
            raise AlreadyExistsError(f"project {project} has {kind} experiment {wanted.name!r} already")
        return self._made(project, wanted, actor, artifact_location)

    def ensure(self, project: str, name: str, actor: Actor | None = None) -> Experiment:
        """Return the experiment of a name, new if there is none. Raises ConflictError for a deleted one."""
        found = self.store.named(project, name)
        if found is None:
            try:
                return self._made(project, CreateExperiment.model_construct(name=name), actor)
            except AlreadyExistsError:  # somebody was faster
                found = self.by_name(project, name)
        return active(found)

    def update(
        self,
        project: str,
        experiment_id: str,
        wanted: UpdateExperiment,
        actor: Actor,
        said: Said | None = None,
    ) -> Experiment:
        """Return the changed experiment. Raises NotFoundError, ConflictError, AlreadyExistsError."""

        def changed(before: Experiment) -> Experiment:
            after = updated(before, wanted)
            self._check_name(before, after.name)
            return after

        return self._changed(project, experiment_id, changed, actor, said)

    def untag(
        self, project: str, experiment_id: str, key: str, actor: Actor, said: Said | None = None
    ) -> Experiment:
        """Remove a tag. Raises NotFoundError, also for a tag that is not there, ConflictError."""

        def untagged(before: Experiment) -> Experiment:
            if key not in active(before).tags:
                raise NotFoundError(f"experiment {experiment_id} has no tag {key!r}")
            return before.model_copy(update={"tags": {k: v for k, v in before.tags.items() if k != key}})

        return self._changed(project, experiment_id, untagged, actor, said)

    def delete(self, project: str, experiment_id: str, actor: Actor, said: Said | None = None) -> Experiment:
        """Hide an experiment. Raises NotFoundError, ConflictError where it is hidden already."""
        return self._staged(project, experiment_id, ExperimentStage.DELETED, actor, said)

    def restore(self, project: str, experiment_id: str, actor: Actor, said: Said | None = None) -> Experiment:
        """Show a deleted experiment again. Raises NotFoundError, ConflictError where it is shown."""
        return self._staged(project, experiment_id, ExperimentStage.ACTIVE, actor, said)

    def _staged(
        self, project: str, experiment_id: str, stage: ExperimentStage, actor: Actor, said: Said | None
    ) -> Experiment:
        def staged(before: Experiment) -> Experiment:
            if before.stage is stage:
                raise ConflictError(f"experiment {experiment_id} is {stage} already")
            return before.model_copy(update={"stage": stage})

        return self._changed(project, experiment_id, staged, actor, said)

    def _check_name(self, before: Experiment, name: str) -> None:
        other = None if name == before.name else self.store.named(before.project, name)
        if other is not None and other.experiment_id != before.experiment_id:
            raise AlreadyExistsError(f"project {before.project} has an experiment {name!r} already")

    def _changed(
        self,
        project: str,
        experiment_id: str,
        change: Callable[[Experiment], Experiment],
        actor: Actor,
        said: Said | None,
    ) -> Experiment:
        once = Once(self.store, project, said)

        def attempt() -> Experiment:
            before = self.get(project, experiment_id)
            if once.earlier() is not None:
                return before
            after = change(before)
            if after == before:
                once.remember()
                return before
            now = max(self.clock(), before.updated_at)
            after = after.model_copy(update={"updated_at": now, "edited": Edit(actor=actor, at=now)})
            self.store.replace(before, after, said)
            return after

        return self.contention.run(attempt)

    def _made(
        self,
        project: str,
        wanted: CreateExperiment,
        actor: Actor | None,
        artifact_location: str | None = None,
    ) -> Experiment:
        now, name = self.clock(), wanted.name
        for attempt in range(_ATTEMPTS):
            made = Experiment(
                project=project,
                experiment_id=experiment_id(project, name, attempt),
                name=name,
                note=wanted.note,
                tags=dict(wanted.tags),
                artifact_location=artifact_location,
                actor=actor,
                created_at=now,
                updated_at=now,
            )
            try:
                self.store.create(made)
            except StaleError as error:
                if self.store.named(project, name) is not None:
                    message = f"project {project} has an experiment {name!r} already"
                    raise AlreadyExistsError(message) from error
                continue  # the id is that of an experiment which had this name first
            return made
        raise ConflictError(f"too many experiments have been named {name!r} and renamed")


def active(experiment: Experiment) -> Experiment:
    """Return an experiment that is not deleted. Raises ConflictError."""
    if experiment.stage is ExperimentStage.DELETED:
        raise ConflictError(f"experiment {experiment.experiment_id} is deleted: restore it first")
    return experiment


def updated(before: Experiment, wanted: UpdateExperiment) -> Experiment:
    """Return an experiment after an update. Raises ConflictError, InvalidRequestError, TooLargeError."""
    both = wanted.tags.keys() & set(wanted.remove_tags)
    if both:
        raise InvalidRequestError(f"these tags are both set and removed: {', '.join(sorted(both))}")
    given = wanted.model_dump(include={"name", "note", "stage"}, exclude_none=True)
    tags = {k: v for k, v in before.tags.items() if k not in wanted.remove_tags} | wanted.tags
    after = before.model_copy(update=given | {"tags": tags})
    if len(tags) > MAX_TAGS:
        raise TooLargeError(f"an experiment has {MAX_TAGS} tags at most")
    if wanted.stage is not ExperimentStage.ACTIVE and after != before:
        active(before)
    return after
