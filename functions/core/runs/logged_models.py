"""Logged models: made by a run, described by params, tags and metrics, found again by them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from functions.core.commits import Contention
from functions.core.errors import InvalidRequestError, NotFoundError, ParamChangedError
from functions.core.ports.tracking import LoggedModelStore
from functions.core.ports.world import Clock, NewId
from functions.core.runs.experiments import Experiments, active
from lineal_contract.logged_models import LoggedModel, ModelMetric, ModelState
from lineal_contract.people import Actor

MAX_SEARCHED = 10_000


@dataclass(frozen=True)
class LoggedModels:
    """A project's logged models."""

    store: LoggedModelStore
    experiments: Experiments
    contention: Contention
    clock: Clock
    new_id: NewId

    def create(
        self,
        project: str,
        experiment_id: str,
        name: str,
        actor: Actor,
        *,
        model_type: str = "",
        source_run_id: str = "",
        params: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> LoggedModel:
        """Return a new model whose files are still to come. Raises NotFoundError, ConflictError."""
        experiment = active(self.experiments.get(project, experiment_id))
        now = self.clock()
        model = LoggedModel(
            model_id=f"m-{self.new_id()}",
            project=project,
            experiment_id=experiment.experiment_id,
            name=name,
            model_type=model_type,
            source_run_id=source_run_id,
            params=dict(params),
            tags=dict(tags),
            actor=actor,
            created_at=now,
            updated_at=now,
        )
        self.store.put(None, model)
        return model

    def get(self, project: str, model_id: str, *, deleted: bool = False) -> LoggedModel:
        """Return a model; a deleted one only on request. Raises NotFoundError."""
        found = self.store.get(project, model_id)
        if found is None or (found.deleted and not deleted):
            raise NotFoundError(f"project {project} has no logged model {model_id}")
        return found

    def all(self, project: str, experiment_ids: Iterable[str]) -> list[LoggedModel]:
        """Return the models of some experiments, in no order, without deleted ones. Raises TooLargeError."""
        wanted = set(experiment_ids)
        found = self.store.all(project, MAX_SEARCHED)
        return [model for model in found if model.experiment_id in wanted and not model.deleted]

    def finalize(self, project: str, model_id: str, state: ModelState) -> LoggedModel:
        """Say how the upload of a model's files ended. Raises NotFoundError, InvalidRequestError."""
        if state is ModelState.PENDING:
            raise InvalidRequestError("a model is finalized as ready or as failed")
        return self._changed(project, model_id, lambda _: {"state": state})

    def log_params(self, project: str, model_id: str, params: Mapping[str, str]) -> LoggedModel:
        """Add params. Raises NotFoundError, ParamChangedError."""

        def change(model: LoggedModel) -> dict[str, object]:
            changed = sorted(k for k, v in params.items() if model.params.get(k, v) != v)
            if changed:
                raise ParamChangedError(f"these params have another value already: {', '.join(changed[:20])}")
            return {"params": model.params | dict(params)}

        return self._changed(project, model_id, change)

    def label(self, project: str, model_id: str, tags: Mapping[str, str]) -> LoggedModel:
        """Set tags. Raises NotFoundError."""
        return self._changed(project, model_id, lambda model: {"tags": model.tags | dict(tags)})

    def unlabel(self, project: str, model_id: str, key: str) -> LoggedModel:
        """Remove a tag. Raises NotFoundError, also for a tag that is not there."""

        def change(model: LoggedModel) -> dict[str, object]:
            if key not in model.tags:
                raise NotFoundError(f"logged model {model_id} has no tag {key!r}")
            return {"tags": {k: v for k, v in model.tags.items() if k != key}}

        return self._changed(project, model_id, change)

    def log_metrics(self, project: str, model_id: str, metrics: Iterable[ModelMetric]) -> LoggedModel:
        """Take the last value of each metric on each dataset. Raises NotFoundError."""
        given = list(metrics)

        def change(model: LoggedModel) -> dict[str, object]:
            latest = {metric.identity: metric for metric in model.metrics}
            for metric in given:
                before = latest.get(metric.identity)
                if before is None or (before.step, before.timestamp) <= (metric.step, metric.timestamp):
                    latest[metric.identity] = metric
            return {"metrics": tuple(latest.values())}

        return self._changed(project, model_id, change)

    def delete(self, project: str, model_id: str) -> LoggedModel:
        """Hide a model; its files stay. Raises NotFoundError."""
        return self._changed(project, model_id, lambda _: {"deleted": True})

    def _changed(
        self, project: str, model_id: str, change: Callable[[LoggedModel], Mapping[str, object]]
    ) -> LoggedModel:
        def attempt() -> LoggedModel:
            before = self.get(project, model_id)
            after = before.model_copy(update=change(before))
            if after == before:
                return before
            after = after.model_copy(update={"updated_at": max(self.clock(), before.updated_at)})
            self.store.put(before, after)
            return after

        return self.contention.run(attempt)
