"""How a run lies in its item.

The item has an immutable part (`doc`), a small part that its owner changes (`state`), and for each writer of
metrics a summary (`w_<writer>`) with the last sequence it covers (`s_<writer>`), so that the ranks of one
training never wait for one another. What can be long and is read with one run alone lies beside it.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any, TypeVar

from pydantic import BaseModel

from functions.adapters import summaries
from functions.adapters.dynamo import PRESENT, Item, parse, sort_key
from functions.adapters.keys import runs as keys
from functions.adapters.keys.key import Key
from functions.core.ports.glances import Placed
from functions.core.ports.tracking import Summaries
from functions.core.runs.summarising import merge
from functions.tables import EXPIRY_ATTRIBUTE
from lineal_contract.artifacts import Artifact
from lineal_contract.digests import json_digest
from lineal_contract.people import Actor
from lineal_contract.runs import (
    Attempt,
    Code,
    Dataset,
    Lifecycle,
    MetricSummary,
    ModelFacts,
    ModelLink,
    Run,
    RunStatus,
    Stop,
)

M = TypeVar("M", bound=BaseModel)

BEAT = "beat"
VERSION = "v"
"""How often the item has changed since the run was created."""
_STATE = {
    "name", "params", "param_types", "tags", "note", "edited", "status", "lifecycle", "error", "traceback",
    "model", "stop", "ended_at", "attempt_id",
}  # fmt: skip
_LARGE: Any = {"code": {"patch", "source"}, "environment": {"packages"}}
_ELSEWHERE = {"metrics", "datasets", "artifacts", "attempts", "logged_models", "heartbeat_at"}
_APART: Any = dict.fromkeys(_STATE | _ELSEWHERE, True) | _LARGE
_DATASET = "ds_"
_WRITER = "w_"


def key_of(run: Placed) -> Key:
    """Return the key of a run's item."""
    return keys.run(run.project, run.experiment_id, run.run_id)


def changing(change: str, names: dict[str, str], values: Item) -> tuple[str, dict[str, str], Item]:
    """Return an update of a run item that counts as a change, its names and its values."""
    return f"{change} ADD #v :one", {**names, "#v": VERSION}, {**values, ":one": {"N": "1"}}


def unchanged(item: Item) -> tuple[str, dict[str, str], Item]:
    """Return the condition that an item is as it was read, its names and its values."""
    if VERSION in item:
        return "#v = :seen", {"#v": VERSION}, {":seen": item[VERSION]}
    return f"{PRESENT} AND attribute_not_exists(#v)", {"#v": VERSION}, {}


def attributes(run: Run) -> Item:
    """Return the attributes of a new run's item."""
    item: Item = {"doc": {"S": run.model_dump_json(exclude=_APART)}, "state": state(run)}
    return item | ({BEAT: {"N": str(run.heartbeat_at)}} if run.heartbeat_at is not None else {})


def captured(run: Run) -> Item:
    """Return what can be long; a patch shrinks to a fifth or so."""
    large = run.model_dump_json(include=_LARGE)
    return {"data": {"B": zlib.compress(large.encode(), 6)}}


def state(run: Run) -> Item:
    """Return what changes. What has its default is left out: a new field changes no item that is there."""
    return {"S": run.model_dump_json(include=_STATE, exclude_defaults=True)}


def dataset_at_a_glance(dataset: Dataset) -> tuple[str, Item]:
    """Return the attribute of a dataset in the run item, without its files, and its value."""
    name = f"{_DATASET}{json_digest([dataset.context, dataset.name, dataset.digest])[:16]}"
    return name, {"S": dataset.model_copy(update={"files": ()}).model_dump_json()}


def run_of(item: Item, parts: Sequence[Item] = ()) -> Run:
    """Return a run from its item; `parts`, where they were read, have its captured part and more metrics."""
    fields = json.loads(item["doc"]["S"]) | json.loads(item["state"]["S"])
    for part in parts:
        if sort_key(part) == keys.CAPTURED:
            for name, large in json.loads(zlib.decompress(part["data"]["B"])).items():
                fields[name] = (fields[name] or {}) | large if large is not None else None
    fields["metrics"] = dict(Metrics([item, *parts]))
    fields["heartbeat_at"] = _beat(item)
    fields["datasets"] = [json.loads(item[n]["S"]) for n in sorted(item) if n.startswith(_DATASET)]
    return Run.model_validate(fields)


def whole_run(item: Item, parts: Sequence[Item]) -> Run:
    """Return a run with datasets, artifacts, attempts and logged models, from all of its parts."""
    shown = [part for part in parts if EXPIRY_ATTRIBUTE not in part]
    return run_of(item, parts).model_copy(
        update={
            "artifacts": _models(Artifact, shown, "IO#A#"),
            "datasets": _models(Dataset, parts, "IO#D#"),
            "attempts": _models(Attempt, parts, "IO#T#"),
            "logged_models": _models(ModelLink, parts, "IO#L#"),
        }
    )


def _models(model: type[M], parts: Sequence[Item], prefix: str) -> tuple[M, ...]:
    return tuple(parse(model, part) for part in parts if sort_key(part).startswith(prefix))


def stop_of(item: Item) -> Stop | None:
    """Return who asked a run to stop."""
    stop = json.loads(item["state"]["S"]).get("stop")
    return Stop.model_validate(stop) if stop is not None else None


def folded(
    item: Item, writer: str, covered: int, summary: Summaries
) -> tuple[str, str, dict[str, str], Item]:
    """Return the change that merges a summary into its writer's, which then covers a number."""
    name, sequence = f"{_WRITER}{writer}", sequence_of(writer)
    known = dict(Metrics([{name: item[name]}])) if name in item else {}
    both = {key: merge(known[key], summary[key]) for key in known.keys() & summary.keys()}
    values = {":w": {"B": summaries.packed(known | dict(summary) | both)}, ":s": {"N": str(covered)}}
    condition = f"{PRESENT} AND attribute_not_exists(#s)" if item else "attribute_not_exists(#s)"
    if sequence in item:
        # The number alone does not tell: one that came late has changed the summary below it.
        condition = "#s = :present AND #w = :known"
        values |= {":present": item[sequence], ":known": item[name]}
    change, names, values = changing("SET #w = :w, #s = :s", {"#s": sequence, "#w": name}, values)
    return change, condition, names, values


def summary_in(item: Item, writer: str) -> Item:
    """Return what an item has of one writer."""
    return {name: item[name] for name in (f"{_WRITER}{writer}", sequence_of(writer)) if name in item}


def sequence_of(writer: str) -> str:
    """Return the attribute with the last number that a writer's summary covers."""
    return f"s_{writer}"


class Metrics(Mapping[str, MetricSummary]):
    """The metrics that some items have, of all writers; merged for the names that are looked at alone."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._writers = [
            summaries.Packed(each[name]["B"])
            for each in items
            for name in sorted(each)
            if name.startswith(_WRITER)
        ]

    def __getitem__(self, key: str) -> MetricSummary:
        found = [summary for each in self._writers if (summary := each.get(key)) is not None]
        if not found:
            raise KeyError(key)
        return reduce(merge, found)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(key for each in self._writers for key in each.keys))

    def __len__(self) -> int:
        return len({key for each in self._writers for key in each.keys})


def run_id_of(item: Item) -> str:
    """Return the run that an item is of, a live or a folded one."""
    return sort_key(item).partition("#")[2]


class StoredRun:
    """The `Glance` port: reads of an item only what is looked at. Most runs of a search do not fit it."""

    def __init__(self, item: Item) -> None:
        self._item = item
        self._state: dict[str, Any] = json.loads(item["state"]["S"])
        self.params: Mapping[str, str] = self._state["params"]
        self.tags: Mapping[str, str] = self._state["tags"]
        self.status = RunStatus(self._state["status"])
        self.lifecycle = Lifecycle(self._state.get("lifecycle", Lifecycle.ACTIVE))
        self._read: dict[str, Any] | None = None
        self._metrics: Metrics | None = None

    def run(self) -> Run:
        """Return the run at a glance."""
        return run_of(self._item)

    @property
    def run_id(self) -> str:
        return run_id_of(self._item)

    @property
    def item(self) -> Item:
        """The item as it was read."""
        return self._item

    @property
    def quiet_since(self) -> int | None:
        """The last of its end, its heartbeat and its last edit."""
        edited = self._state.get("edited") or {}
        times = (self.ended_at, self.heartbeat_at, edited.get("at"))
        return max((at for at in times if at is not None), default=None)

    @property
    def project(self) -> str:
        return str(self._doc["project"])

    @property
    def experiment(self) -> str:
        return str(self._doc["experiment"])

    @property
    def experiment_id(self) -> str:
        return str(self._doc["experiment_id"])

    @property
    def parent_run_id(self) -> str | None:
        return self._optional("parent_run_id")

    @property
    def started_at(self) -> int:
        return int(self._doc["started_at"])

    @property
    def actor(self) -> Actor:
        return Actor.model_validate(self._doc["actor"])

    @property
    def code(self) -> Code:
        return Code.model_validate(self._doc["code"])

    @property
    def name(self) -> str:
        return str(self._state["name"])

    @property
    def note(self) -> str:
        return str(self._state.get("note", ""))

    @property
    def model(self) -> ModelFacts | None:
        facts = self._state.get("model")
        return None if facts is None else ModelFacts.model_validate(facts)

    @property
    def ended_at(self) -> int | None:
        ended: int | None = self._state.get("ended_at")
        return ended

    @property
    def heartbeat_at(self) -> int | None:
        return _beat(self._item)

    @property
    def metrics(self) -> Metrics:
        if self._metrics is None:
            self._metrics = Metrics([self._item])
        return self._metrics

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        names = (name for name in sorted(self._item) if name.startswith(_DATASET))
        return tuple(Dataset.model_validate_json(self._item[name]["S"]) for name in names)

    @property
    def _doc(self) -> dict[str, Any]:
        if self._read is None:
            self._read = json.loads(self._item["doc"]["S"])
        return self._read

    def _optional(self, name: str) -> str | None:
        value: str | None = self._doc.get(name)
        return value


def _beat(item: Item) -> int | None:
    return int(item[BEAT]["N"]) if BEAT in item else None
