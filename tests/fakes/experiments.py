"""Experiments in memory."""

from functions.core.causes import Said
from functions.core.errors import StaleError
from lineal_contract.experiments import Experiment
from tests.fakes.requests import MemoryRequests


class MemoryExperiments(MemoryRequests):
    """The `ExperimentStore` port."""

    def __init__(self) -> None:
        super().__init__()
        self._experiments: dict[tuple[str, str], Experiment] = {}

    def get(self, project: str, experiment_id: str) -> Experiment | None:
        return self._experiments.get((project, experiment_id))

    def named(self, project: str, name: str) -> Experiment | None:
        return next((each for each in self.all(project) if each.name == name), None)

    def all(self, project: str) -> list[Experiment]:
        return [each for each in self._experiments.values() if each.project == project]

    def create(self, experiment: Experiment) -> None:
        at = (experiment.project, experiment.experiment_id)
        if at in self._experiments or self.named(experiment.project, experiment.name):
            raise StaleError
        self._experiments[at] = experiment

    def replace(self, before: Experiment, after: Experiment, said: Said | None = None) -> None:
        owner = self.named(after.project, after.name)
        taken = owner is not None and owner.experiment_id != after.experiment_id
        if taken or self.get(before.project, before.experiment_id) != before:
            raise StaleError
        self.check_new(before.project, said)
        self.keep(before.project, said)
        self._experiments[after.project, after.experiment_id] = after
