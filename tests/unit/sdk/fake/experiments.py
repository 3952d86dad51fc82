"""Experiments."""

from functions.core.errors import CoreError
from functions.core.runs.experiments import experiment_id, updated
from lineal_contract import experiments as wire
from lineal_contract.base import Page
from lineal_contract.problems import STATUS
from tests.unit.sdk.fake.state import ACTOR, PROJECT, Refusal, State, page_of


class Experiments(State):
    """The routes of experiments."""

    def _create_experiment(self, asked: wire.CreateExperiment, **_: str) -> wire.Experiment:
        at = experiment_id(PROJECT, asked.name)
        made = wire.Experiment(
            project=PROJECT, experiment_id=at, actor=ACTOR, created_at=1, updated_at=1, **dict(asked)
        )
        self.experiments[at] = made
        return made

    def _get_experiment(self, experiment_id: str, **_: str) -> wire.Experiment:
        return self.experiments[experiment_id]

    def _update_experiment(
        self, asked: wire.UpdateExperiment, experiment_id: str, **_: str
    ) -> wire.Experiment:
        try:
            after = updated(self.experiments[experiment_id], asked)
        except CoreError as error:
            raise Refusal(STATUS[error.code], error.code, error.detail) from error
        self.experiments[experiment_id] = after
        return after

    def _list_experiments(self, asked: wire.ExperimentQuery, **_: str) -> Page[wire.Experiment]:
        found = [
            each
            for each in self.experiments.values()
            if asked.name in (None, each.name) and asked.stage in ("all", each.stage)
        ]
        return page_of(found, asked.page_token, Page[wire.Experiment])
