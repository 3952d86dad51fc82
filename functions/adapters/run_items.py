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
from lineal_contract.runs import (
    Attempt,
    Dataset,
    MetricSummary,
    ModelLink,
    Run,
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


def replacing(before: Run, after: Run) -> tuple[str, str, dict[str, str], Item]:
    """Return the change of the owner's part, the condition that it is as read, its names and its values."""
    names, values = {"#state": "state"}, {":before": state(before), ":after": state(after)}
    change = "SET #state = :after"
    if after.heartbeat_at != before.heartbeat_at:
        names["#beat"], values[":beat"] = BEAT, {"N": str(after.heartbeat_at)}
        change += ", #beat = :beat"
    change, names, values = changing(change, names, values)
    return change, "#state = :before", names, values


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
    fields["heartbeat_at"] = beat_of(item)
    fields["datasets"] = datasets_of(item)
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


def datasets_of(item: Item) -> tuple[Dataset, ...]:
    """Return the datasets that a run item notes, without their files."""
    names = (name for name in sorted(item) if name.startswith(_DATASET))
    return tuple(Dataset.model_validate_json(item[name]["S"]) for name in names)


def stop_of(item: Item) -> Stop | None:
    """Return who asked a run to stop."""
    stop = json.loads(item["state"]["S"]).get("stop")
    return Stop.model_validate(stop) if stop is not None else None


def merging(
    item: Item, writer: str, covered: int, summary: Summaries
) -> tuple[str, str, dict[str, str], Item]:
    """Return the change that merges a summary into its writer's, which then covers a number."""
    name, sequence = f"{_WRITER}{writer}", sequence_of(writer)
    known = summaries.Packed(item[name]["B"]).all() if name in item else {}
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


def beat_of(item: Item) -> int | None:
    """Return the last sign of life, in epoch milliseconds."""
    return int(item[BEAT]["N"]) if BEAT in item else None
