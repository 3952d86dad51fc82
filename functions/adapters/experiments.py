"""Experiments in the runs table.

An experiment lies under its id. Its first name leads to the id by itself; a name it was given later has an
item of its own, and one it gave up leaves that item empty.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.adapters.dynamo import ABSENT, Item, parse
from functions.adapters.keys import runs as keys
from functions.adapters.requests import DynamoRequests, done
from functions.core.causes import Said
from functions.core.runs.experiments import experiment_id
from functions.tables import RUNS
from lineal_contract.experiments import Experiment

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_NOBODY = ""
_FREE = f"attribute_not_exists({RUNS.partition_key}) OR #owner = :nobody"
_NAMED_OTHERWISE = f"attribute_not_exists({RUNS.partition_key}) OR #name <> :name"


@dataclass(frozen=True)
class DynamoExperiments(DynamoRequests):
    """The `ExperimentStore` port."""

    def get(self, project: str, experiment_id: str) -> Experiment | None:
        """Return an experiment."""
        item = self.table.get(keys.experiment(project, experiment_id))
        return parse(Experiment, item) if item else None

    def named(self, project: str, name: str) -> Experiment | None:
        """Look where the name leads by itself, then where it was given to another one."""
        first = self.get(project, experiment_id(project, name))
        if first is not None and first.name == name:
            return first
        item = self.table.get(keys.experiment_name(project, name))
        owner = item["owner"]["S"] if item else _NOBODY
        return self.get(project, owner) if owner else None

    def all(self, project: str) -> list[Experiment]:
        """Read the partition."""
        items = self.table.query(keys.experiments(project), prefix=keys.EXPERIMENTS)
        return [parse(Experiment, item) for item in items]

    def create(self, experiment: Experiment) -> None:
        """Store an experiment and take its name."""
        at = keys.experiment(experiment.project, experiment.experiment_id)
        self.table.write([self.table.put_in(at, _attributes(experiment), ABSENT), *self._take(experiment)])

    def replace(self, before: Experiment, after: Experiment, said: Said | None = None) -> None:
        """Store a change; with another name, the old one is given up and the new one taken."""
        changes = [self._change(before, after), *done(self.table, before.project, said)]
        if after.name != before.name:
            changes += [*self._take(after), *self._give_up(before)]
        self.table.write(changes)

    def _change(self, before: Experiment, after: Experiment) -> "TransactWriteItemTypeDef":
        put: Any = {
            "TableName": self.table.name,
            "Item": keys.experiment(after.project, after.experiment_id) | _attributes(after),
            "ConditionExpression": "#doc = :before",
            "ExpressionAttributeNames": {"#doc": "doc"},
            "ExpressionAttributeValues": {":before": _document(before)},
        }
        return {"Put": put}

    def _take(self, experiment: Experiment) -> list["TransactWriteItemTypeDef"]:
        """Take a name that nobody has: neither the experiment it leads to, nor one it was given to."""
        own = experiment_id(experiment.project, experiment.name)
        at = keys.experiment_name(experiment.project, experiment.name)
        free: Any = {
            "TableName": self.table.name,
            "ConditionExpression": _FREE,
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {":nobody": {"S": _NOBODY}},
        }
        if own == experiment.experiment_id:
            return [{"ConditionCheck": free | {"Key": at}}]
        otherwise: Any = {
            "TableName": self.table.name,
            "Key": keys.experiment(experiment.project, own),
            "ConditionExpression": _NAMED_OTHERWISE,
            "ExpressionAttributeNames": {"#name": "name"},
            "ExpressionAttributeValues": {":name": {"S": experiment.name}},
        }
        owner: Item = {"owner": {"S": experiment.experiment_id}}
        return [{"Put": free | {"Item": at | owner}}, {"ConditionCheck": otherwise}]

    def _give_up(self, experiment: Experiment) -> list["TransactWriteItemTypeDef"]:
        if experiment_id(experiment.project, experiment.name) == experiment.experiment_id:
            return []
        at = keys.experiment_name(experiment.project, experiment.name)
        return [self.table.put_in(at, {"owner": {"S": _NOBODY}})]


def _attributes(experiment: Experiment) -> Item:
    return {"doc": _document(experiment), "name": {"S": experiment.name}}


def _document(experiment: Experiment) -> Item:
    """What came later is left out where it says nothing: items from before compare as they are."""
    silent = {field for field in ("note", "edited") if not getattr(experiment, field)}
    return {"S": experiment.model_dump_json(exclude=silent)}
