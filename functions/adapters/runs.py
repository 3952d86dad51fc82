"""Runs in the runs table.

A run item has an immutable part (`doc`), a small part that its owner changes (`state`), and for each
writer of metrics a summary (`w_<writer>`) with the last sequence it covers (`s_<writer>`), so that the
ranks of one training never wait for one another.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from heapq import nlargest

from pydantic import TypeAdapter

from functions.adapters import keys
from functions.adapters.dynamo import (
    ABSENT,
    Item,
    Table,
    document,
    page_token,
    parse,
    read_token,
    sort_key,
)
from functions.core.errors import AlreadyExistsError, ContentionError, NotFoundError, StaleError
from functions.core.ports import Summaries
from functions.core.tracking import experiment_id, merge
from lineal_contract import chunks
from lineal_contract.artifacts import Artifact
from lineal_contract.base import Page
from lineal_contract.runs import Dataset, MetricSummary, Run, RunQuery

_STATE = {"params", "tags", "status", "error", "ended_at"}
_APART = _STATE | {"metrics", "datasets", "artifacts"}
_SUMMARIES: TypeAdapter[Summaries] = TypeAdapter(dict[str, MetricSummary])
_ATTEMPTS = 5


@dataclass(frozen=True)
class DynamoRuns:
    """The `RunStore` port."""

    table: Table

    def create(self, run: Run) -> bool:
        """Store a run, its pointer and its experiment."""
        experiment = keys.experiment(run.project, run.experiment_id)
        self.table.put(experiment, {"name": {"S": run.experiment}})
        pointer = keys.run_pointer(run.project, run.run_id)
        try:
            self.table.write(
                [
                    self.table.put_in(pointer, {"experiment_id": {"S": run.experiment_id}}, ABSENT),
                    self.table.put_in(_key(run), _attributes(run), ABSENT),
                ]
            )
        except StaleError:
            if self.table.get(pointer) is None:
                raise
            return False
        return True

    def get(self, project: str, run_id: str) -> Run:
        """Return a run with datasets and artifacts."""
        pointer = self.table.get(keys.run_pointer(project, run_id))
        if pointer is None:
            raise NotFoundError(f"project {project} has no run {run_id}")
        item = self.table.get(keys.run(project, pointer["experiment_id"]["S"], run_id))
        if item is None:
            raise NotFoundError(f"project {project} has no run {run_id}")
        parts = self.table.query(keys.run_parts(project, run_id), prefix=keys.INPUTS_AND_OUTPUTS)
        return _run(item).model_copy(
            update={
                "artifacts": tuple(parse(Artifact, p) for p in parts if sort_key(p).startswith("IO#A#")),
                "datasets": tuple(parse(Dataset, p) for p in parts if sort_key(p).startswith("IO#D#")),
            }
        )

    def replace(self, before: Run, after: Run) -> None:
        """Change the part that the owner changes, if it is still as read."""
        with_state = {":before": _state(before), ":after": _state(after)}
        self.table.update(
            _key(before), "SET #state = :after", "#state = :before", {"#state": "state"}, with_state
        )

    def query(self, project: str, query: RunQuery) -> Page[Run]:
        """Read every shard from the token on and keep the newest. A page may hold fewer than asked for."""
        after = read_token(query.page_token)
        partitions = [
            keys.run_shard(project, experiment, shard)
            for experiment in self._experiments(project, query)
            for shard in range(keys.RUN_SHARDS)
        ]
        with ThreadPoolExecutor(keys.RUN_SHARDS) as pool:
            pages = pool.map(lambda p: self._newest(p, after, query.page_size + 1), partitions)
            items = nlargest(query.page_size + 1, (i for page in pages for i in page), key=sort_key)
        page = items[: query.page_size]
        runs = tuple(r for r in map(_run, page) if query.status in (None, r.status))
        more = len(items) > query.page_size
        return Page(items=runs, next_page_token=page_token(sort_key(page[-1])) if more else None)

    def add_chunk(self, run: Run, writer: str, seq: int, data: bytes, summary: Summaries) -> None:
        """Store the chunk, then the writer's summary; a second delivery finds both there."""
        chunk = keys.chunk(run.project, run.run_id, writer, seq)
        try:
            self.table.put(chunk, {"data": {"B": data}}, ABSENT)
        except StaleError:
            if self.table.get(chunk) is None:
                raise
        for _ in range(_ATTEMPTS):
            try:
                return self._fold(run, writer, seq, summary)
            except StaleError:
                continue
        raise ContentionError(f"writer {writer} sends from several places at once")

    def points(self, project: str, run_id: str) -> list[chunks.Point]:
        """Return the points of all chunks."""
        items = self.table.query(keys.run_parts(project, run_id), prefix=keys.CHUNKS)
        return [point for item in items for point in chunks.decode(item["data"]["B"])]

    def put_dataset(self, run: Run, dataset: Dataset) -> None:
        """Record an input; the same one again changes nothing."""
        at = keys.dataset(run.project, run.run_id, dataset.context, dataset.name, dataset.digest)
        self.table.put(at, document(dataset))

    def put_artifact(self, run: Run, artifact: Artifact) -> None:
        """Record an output under a name that is free, or has the same content."""
        at = keys.artifact(run.project, run.run_id, artifact.name)
        try:
            self.table.put(at, document(artifact), ABSENT)
        except StaleError as error:
            present = self.table.get(at)
            if present is None or parse(Artifact, present).digest != artifact.digest:
                message = f"the run has another artifact named {artifact.name!r}"
                raise AlreadyExistsError(message) from error

    def _experiments(self, project: str, query: RunQuery) -> list[str]:
        if query.experiment is not None:
            return [experiment_id(project, query.experiment)]
        items = self.table.query(keys.experiments(project), prefix="X#")
        return [sort_key(item).removeprefix("X#") for item in items]

    def _newest(self, partition: str, after: str | None, limit: int) -> list[Item]:
        return self.table.query(partition, after=after, newest_first=True, limit=limit)

    def _fold(self, run: Run, writer: str, seq: int, summary: Summaries) -> None:
        item = self.table.get(_key(run)) or {}
        names = {"#s": f"s_{writer}", "#w": f"w_{writer}"}
        present = item.get(names["#s"])
        if present is not None and int(present["N"]) >= seq:
            return
        merged = _merged([_summaries(item, names["#w"]), summary])
        values = {":w": {"S": _SUMMARIES.dump_json(merged).decode()}, ":s": {"N": str(seq)}}
        condition = "attribute_exists(doc) AND attribute_not_exists(#s)"
        if present is not None:
            condition = "#s = :present"
            values[":present"] = present
        self.table.update(_key(run), "SET #w = :w, #s = :s", condition, names, values)


def _key(run: Run) -> keys.Key:
    return keys.run(run.project, run.experiment_id, run.run_id)


def _attributes(run: Run) -> Item:
    return {"doc": {"S": run.model_dump_json(exclude=_APART)}, "state": _state(run)}


def _state(run: Run) -> Item:
    return {"S": run.model_dump_json(include=_STATE)}


def _run(item: Item) -> Run:
    writers = sorted(name for name in item if name.startswith("w_"))
    metrics = _merged([_summaries(item, name) for name in writers])
    return Run.model_validate(
        json.loads(item["doc"]["S"]) | json.loads(item["state"]["S"]) | {"metrics": metrics}
    )


def _summaries(item: Item, name: str) -> Summaries:
    return _SUMMARIES.validate_json(item[name]["S"]) if name in item else {}


def _merged(parts: list[Summaries]) -> Summaries:
    return reduce(_merge, parts, {})


def _merge(first: Summaries, second: Summaries) -> Summaries:
    both = {key: merge(first[key], second[key]) for key in first.keys() & second.keys()}
    return first | second | both
