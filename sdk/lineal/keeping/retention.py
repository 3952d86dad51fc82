"""Runs that their project no longer keeps: deleted long ago, or ended long ago as far as points and logs go.

A run stays whole while its id stands anywhere in the registry or in a logged model: there a version's
lineage begins.
"""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from lineal.keeping.items import Item, partition_of, to_line
from lineal.keeping.stores import Stores
from lineal_contract.projects import Project, Retention
from lineal_contract.quotas import Limit
from lineal_contract.runs import Lifecycle

_RUN = re.compile(r"P#(?P<project>[^#]+)#X#(?P<experiment>[^#]+)#[0-9a-f]")
_LIVE, _FOLDED = "R#", "F#"
"""What the sort keys of run items begin with: a live one counts, a folded one where there is no live one."""
_PARTS = re.compile(r"P#(?P<project>[^#]+)#M#(?P<run>[0-9a-f]{32})")
_LOGGED_MODELS = re.compile(r"P#[^#]+#L")
_RUN_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
"""On its own: a digest would be 33 of them, and there are many digests."""
_SERIES = ("C#", "L#")
"""What the sort keys of metric chunks and of log chunks begin with."""
_POINTER = "RUN"
_DAY = 86_400_000
_FIRST_FOLDING_SECONDS = 86_400
"""How long a removed run is remembered in an experiment without blocks; a folding takes minutes."""


@dataclass(frozen=True)
class OldRun:
    """A run that is no longer kept, whole or but for what it is at a glance.

    `item` is the run item as it was read, None where an earlier clearing has removed it and not its parts.
    """

    project: str
    run_id: str
    item: Item | None
    size: int

    @property
    def experiment_id(self) -> str:
        """The run's experiment, which its item's partition names."""
        found = _RUN.fullmatch(partition_of(self.item)) if self.item is not None else None
        return found["experiment"] if found else ""

    @property
    def partition(self) -> str:
        """Where the run's parts are."""
        return f"P#{self.project}#M#{self.run_id}"


@dataclass
class Runs:
    """A reading of both tables, the registry first: which runs there are, how large, and which are needed."""

    retention: dict[str, Retention] = field(default_factory=dict)
    needed: set[str] = field(default_factory=set)
    items: dict[tuple[str, str], Item] = field(default_factory=dict)
    parts: dict[tuple[str, str], int] = field(default_factory=dict)
    series: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, table: str, item: Item) -> None:
        """Note what one item says."""
        partition = partition_of(item)
        if table == "registry":
            self._take_record(partition, item)
        elif _LOGGED_MODELS.fullmatch(partition):
            self.needed.update(_RUN_ID.findall(to_line(item)))
        elif found := _RUN.fullmatch(partition):
            self._take_run(found["project"], item)
        elif found := _PARTS.fullmatch(partition):
            self._take_part((found["project"], found["run"]), item)

    def deleted(self, now: int) -> Iterator[OldRun]:
        """Yield runs that were deleted so long ago that nothing of them is kept, and remains of such runs."""
        for (project, run_id), item in self.items.items():
            if self._is_over(run_id, _deleted_at(item), self.retention[project].deleted_runs_days, now):
                yield OldRun(project, run_id, item, self.parts.get((project, run_id), 0))
        for (project, run_id), size in self.parts.items():
            if (project, run_id) not in self.items:
                yield OldRun(project, run_id, None, size)

    def without_series(self, now: int) -> Iterator[OldRun]:
        """Yield runs that ended so long ago that their points and logs are not kept."""
        for (project, run_id), size in self.series.items():
            item = self.items.get((project, run_id))
            ended_at = _state(item).get("ended_at") if item is not None else None
            if self._is_over(run_id, ended_at, self.retention[project].series_days, now):
                yield OldRun(project, run_id, item, size)

    def _is_over(self, run_id: str, since: int | None, days: int | None, now: int) -> bool:
        """Say whether what is kept for so many days since a time is kept no more."""
        if days is None or since is None or run_id in self.needed:
            return False
        return since < now - days * _DAY

    def _take_record(self, partition: str, item: Item) -> None:
        if partition == "PROJECTS":
            project = Project.model_validate_json(item["doc"]["S"])
            if project.retention != Retention():
                self.retention[project.project] = project.retention
        self.needed.update(_RUN_ID.findall(to_line(item)))

    def _take_run(self, project: str, item: Item) -> None:
        run = (project, item["SK"]["S"].partition("#")[2])
        if project in self.retention and (_is_live(item) or run not in self.items):
            self.items[run] = item

    def _take_part(self, run: tuple[str, str], item: Item) -> None:
        if run[0] not in self.retention:
            return
        size = len(to_line(item))
        self.parts[run] = self.parts.get(run, 0) + size
        if item["SK"]["S"].startswith(_SERIES):
            self.series[run] = self.series.get(run, 0) + size


def remove_run(stores: Stores, run: OldRun) -> None:
    """Remove all of a run, unless it changed since it was read: somebody may have restored it.

    The run itself and the way to it go first and together, so that nobody finds half of it; what is left of
    a clearing that was interrupted is found as the remains of a run that is not there.
    """
    pointer = {"PK": {"S": run.partition}, "SK": {"S": _POINTER}}
    if run.item is not None:
        stores.dynamodb.transact_write_items(TransactItems=_removing(stores, run, run.item, pointer))
    elif _is_there(stores, pointer):
        return
    stores.delete_items("runs", stores.partition("runs", run.partition))


def remove_series(stores: Stores, run: OldRun) -> None:
    """Remove the points and the log lines of a run; what it is at a glance stays."""
    for prefix in _SERIES:
        stores.delete_items("runs", stores.partition("runs", run.partition, prefix))


def _removing(stores: Stores, run: OldRun, item: Item, pointer: dict[str, Any]) -> list[dict[str, Any]]:
    table = stores.tables["runs"]
    keys = {name: item[name] for name in ("PK", "SK")}
    unchanged = {
        "ConditionExpression": "#state = :seen",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {":seen": item["state"]},
    }
    count = {
        "Key": {"PK": {"S": f"P#{run.project}#U"}, "SK": {"S": Limit.RUNS.value}},
        "UpdateExpression": "ADD #used :less",
        "ExpressionAttributeNames": {"#used": "used"},
        "ExpressionAttributeValues": {":less": {"N": "-1"}},
    }
    writes: list[dict[str, Any]] = [
        {"Delete": {"TableName": table, "Key": keys, **unchanged}},
        {"Delete": {"TableName": table, "Key": pointer}},
        {"Update": {"TableName": table, **count}},
    ]
    writes += _unfolding(stores, run, item)
    parent = json.loads(item["doc"]["S"]).get("parent_run_id")
    if parent is not None:
        child = {"PK": {"S": f"P#{run.project}#M#{parent}"}, "SK": {"S": f"K#{run.run_id}"}}
        writes.append({"Delete": {"TableName": table, "Key": child}})
    return writes


def _unfolding(stores: Stores, run: OldRun, item: Item) -> list[dict[str, Any]]:
    """Return the writes that take a run out of the reach of searches of blocks, where it may be in one."""
    table = stores.tables["runs"]
    other = _FOLDED if _is_live(item) else _LIVE
    beside = {"PK": item["PK"], "SK": {"S": f"{other}{run.run_id}"}}
    writes: list[dict[str, Any]] = [{"Delete": {"TableName": table, "Key": beside}}]
    if not _is_live(item):  # nobody has brought it back meanwhile
        writes[0]["Delete"]["ConditionExpression"] = "attribute_not_exists(PK)"
    of_experiments = {"PK": {"S": f"P#{run.project}#X"}}
    blocks = {**of_experiments, "SK": {"S": f"B#{run.experiment_id}"}}
    mark: Item = {**of_experiments, "SK": {"S": f"G#{run.experiment_id}#{run.run_id}#{uuid4().hex}"}}
    if _is_there(stores, blocks):
        asked = {"PK": {"S": "WORK#FOLDING"}, "SK": {"S": f"{run.experiment_id}#{run.project}"}}
        return [*writes, *({"Put": {"TableName": table, "Item": each}} for each in (mark, asked))]
    # None yet; but a folding that has read the run may just be making the first.
    mark["expires_at"] = {"N": str(int(time.time()) + _FIRST_FOLDING_SECONDS)}
    none = {"TableName": table, "Key": blocks, "ConditionExpression": "attribute_not_exists(PK)"}
    return [*writes, {"Put": {"TableName": table, "Item": mark}}, {"ConditionCheck": none}]


def _is_live(item: Item) -> bool:
    return bool(item["SK"]["S"].startswith(_LIVE))


def _is_there(stores: Stores, key: dict[str, Any]) -> bool:
    answer = stores.dynamodb.get_item(TableName=stores.tables["runs"], Key=key, ConsistentRead=True)
    return "Item" in answer


def _deleted_at(item: Item) -> int | None:
    """Return when a run was deleted; whatever was edited later counts from then."""
    state = _state(item)
    edited: dict[str, int] | None = state.get("edited")
    return edited["at"] if edited and state.get("lifecycle") == Lifecycle.DELETED else None


def _state(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(item["state"]["S"])
    return found
