"""Experiments: their notes and tags, and which there are."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lineal.errors import NotFoundError
from lineal.http.api import checked_input, limited, paged
from lineal.resources.base import Resource
from lineal.tracking.params import as_tags
from lineal_contract.base import Page
from lineal_contract.experiments import (
    CreateExperiment,
    Experiment,
    ExperimentQuery,
    ExperimentStage,
    UpdateExperiment,
)
from lineal_contract.problems import ProblemCode
from lineal_contract.routes import tracking as routes


class Experiments(Resource):
    """The experiments of the project, by name. A run makes its experiment by itself."""

    def list(
        self,
        filter: str = "",  # noqa: A002 - the word users of other trackers know
        *,
        stage: str = "active",
        order_by: str = "",
        limit: int | None = None,
    ) -> Iterator[Experiment]:
        """Yield experiments that fit a filter such as `tags.team = 'risk'`, newest first.

        `stage` is `active`, `deleted` or `all`; `order_by` is as `attributes.name ASC`.
        """
        return limited(self._found(filter=filter, stage=stage, order_by=order_by), limit)

    def get(self, name: str) -> Experiment:
        """Return the experiment of a name, a deleted one too. Raises NotFoundError."""
        found = next(self._found(name=name, stage="all"), None)
        if found is None:
            message = f"project {self._api.project} has no experiment {name!r}"
            raise NotFoundError(message, status=404, code=ProblemCode.NOT_FOUND)
        return found

    def create(self, name: str, *, note: str = "", tags: Mapping[str, Any] | None = None) -> Experiment:
        """Make an experiment before its first run does. Raises ConflictError for a name that is taken."""
        with checked_input():
            wanted = CreateExperiment(name=name, note=note, tags=as_tags(tags or {}))
        return self._api.call(routes.CREATE_EXPERIMENT, body=wanted)

    def set_tags(self, name: str, tags: Mapping[str, Any], *, remove: Iterable[str] = ()) -> Experiment:
        """Set tags, whatever they were, and `remove` others in the same step."""
        return self._change(name, tags=as_tags(tags), remove_tags=tuple(remove))

    def remove_tags(self, name: str, tags: Iterable[str]) -> Experiment:
        """Remove tags; one that is not there is no error."""
        return self._change(name, remove_tags=tuple(tags))

    def set_note(self, name: str, note: str) -> Experiment:
        """Set the note, Markdown of at most 8,000 characters; an empty one removes it."""
        return self._change(name, note=note)

    def rename(self, name: str, to: str) -> Experiment:
        """Give another name; the runs stay. Raises ConflictError for a name that is taken."""
        return self._change(name, {"name": to})

    def delete(self, name: str) -> Experiment:
        """Take an experiment out of the lists: it gets no new runs. Nothing is removed; see `restore`."""
        return self._change(name, stage=ExperimentStage.DELETED)

    def restore(self, name: str) -> Experiment:
        """Bring a deleted experiment back."""
        return self._change(name, stage=ExperimentStage.ACTIVE)

    def _change(self, name: str, change: Mapping[str, Any] | None = None, **more: Any) -> Experiment:
        with checked_input():
            wanted = UpdateExperiment.model_validate({**(change or {}), **more})
        found = self.get(name)
        return self._api.call(routes.UPDATE_EXPERIMENT, body=wanted, experiment_id=found.experiment_id)

    def _found(self, **asked: Any) -> Iterator[Experiment]:
        def fetch(token: str | None) -> Page[Experiment]:
            page = query.model_copy(update={"page_token": token})
            return self._api.call(routes.LIST_EXPERIMENTS, query=page)

        with checked_input():
            query = ExperimentQuery.model_validate(asked)
        return paged(fetch)
