"""Runs in the runs table.

A run item has an immutable part (`doc`), a small part that its owner changes (`state`), and for each
writer of metrics a summary (`w_<writer>`) with the last sequence it covers (`s_<writer>`), so that the
ranks of one training never wait for one another.
"""

import json
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from heapq import nlargest
from typing import Any

from functions.adapters.dynamo import (
    ABSENT,
    PRESENT,
    Item,
    Table,
    document,
    fitting,
    parse,
    sort_key,
    weight,
)
from functions.adapters.experiments import DynamoExperiments
from functions.adapters.keys import runs as keys
from functions.adapters.keys.key import Key
from functions.core.errors import (
    AlreadyExistsError,
    ConflictError,
    ContentionError,
    NotFoundError,
    StaleError,
    TooLargeError,
)
from functions.core.ports.tracking import Summaries
from functions.core.runs.tracking import merge
from functions.tables import EXPIRY_ATTRIBUTE
from lineal_contract import chunks
from lineal_contract.artifacts import Artifact
from lineal_contract.digests import json_digest
from lineal_contract.runs import Attempt, Dataset, MetricSummary, ModelLink, Run, RunQuery

_STATE = {
    "name", "params", "param_types", "tags", "note", "edited", "status", "lifecycle", "error", "traceback",
    "model", "stop", "ended_at", "attempt_id",
}  # fmt: skip
_LARGE: Any = {"code": {"patch", "source"}, "environment": {"packages"}}
_BEAT = "beat"
_ELSEWHERE = {"metrics", "datasets", "artifacts", "attempts", "logged_models", "heartbeat_at"}
_APART: Any = dict.fromkeys(_STATE | _ELSEWHERE, True) | _LARGE
_DATASET = "ds_"
_WRITER = "w_"
_FIGURES = tuple(MetricSummary.model_fields)
_FULL = 250_000
"""Bytes past which a run item takes no more metrics; an item ends at 400 KB."""
_ATTEMPTS = 5
UNNUMBERED = "mlflow"
"""The writer that stands for all who send without a writer and a number."""


@dataclass(frozen=True)
class DynamoRuns:
    """The `RunStore` port."""

    table: Table

    def create(self, run: Run) -> bool:
        """Store a run and its pointer."""
        pointer, place = (
            keys.run_pointer(run.project, run.run_id),
            {"experiment_id": {"S": run.experiment_id}},
        )
        items = [
            self.table.put_in(pointer, place, ABSENT),
            self.table.put_in(_key(run), _attributes(run), ABSENT),
            self.table.put_in(keys.captured(run.project, run.run_id), _captured(run), ABSENT),
        ]
        if run.parent_run_id is not None:
            items.append(self.table.put_in(keys.child(run.project, run.parent_run_id, run.run_id), place))
        try:
            self.table.write(items)
        except StaleError:
            if self.table.get(pointer) is None:
                raise
            return False
        return True

    def get(self, project: str, run_id: str) -> Run:
        """Return a run with datasets and artifacts."""
        item = self.table.get(self._where(project, run_id))
        if item is None:
            raise NotFoundError(f"project {project} has no run {run_id}")
        parts = self.table.query(keys.run_parts(project, run_id), prefix=keys.INPUTS_AND_OUTPUTS)
        return _run(item, parts).model_copy(
            update={
                "artifacts": tuple(
                    parse(Artifact, p)
                    for p in parts
                    if sort_key(p).startswith("IO#A#") and EXPIRY_ATTRIBUTE not in p
                ),
                "datasets": tuple(parse(Dataset, p) for p in parts if sort_key(p).startswith("IO#D#")),
                "attempts": tuple(parse(Attempt, p) for p in parts if sort_key(p).startswith("IO#T#")),
                "logged_models": tuple(parse(ModelLink, p) for p in parts if sort_key(p).startswith("IO#L#")),
            }
        )

    def replace(self, before: Run, after: Run, attempt: Attempt | None = None) -> None:
        """Change the part that the owner changes, if it is still as read."""
        values = {":before": _state(before), ":after": _state(after)}
        names, set_all = {"#state": "state"}, "SET #state = :after"
        if after.heartbeat_at != before.heartbeat_at:
            names["#beat"], values[":beat"] = _BEAT, {"N": str(after.heartbeat_at)}
            set_all += ", #beat = :beat"
        change = (set_all, "#state = :before", names, values)
        if attempt is None:
            return self.table.update(_key(before), *change)
        at = keys.attempt(before.project, before.run_id, attempt.attempt_id)
        return self.table.write(
            [
                self.table.update_in(_key(before), *change),
                self.table.put_in(at, document(attempt), ABSENT),
            ]
        )

    def beat(self, project: str, run_id: str, now: int) -> Run:
        """Record a sign of life: one small read, and one write that waits for nobody."""
        at = self._where(project, run_id)
        self.table.update(at, "SET #beat = :now", PRESENT, {"#beat": _BEAT}, {":now": {"N": str(now)}})
        item = self.table.get(at)
        if item is None:
            raise NotFoundError(f"project {project} has no run {run_id}")
        return _run(item)

    def children(self, project: str, run_id: str, limit: int) -> list[Run]:
        """Follow the pointers that each child left at its parent."""
        pointers = self.table.query(keys.run_parts(project, run_id), prefix=keys.CHILDREN, limit=limit + 1)
        if len(pointers) > limit:
            raise TooLargeError(f"the run has more than {limit} children")
        places = [(p["experiment_id"]["S"], sort_key(p).removeprefix(keys.CHILDREN)) for p in pointers]
        return [_run(item) for item in self.table.get_many([keys.run(project, *place) for place in places])]

    def query(self, project: str, query: RunQuery, after: str | None) -> tuple[list[Run], bool]:
        """Read every shard behind a run id and keep the newest."""
        size, start = query.page_size, f"R#{after}" if after else None
        items = nlargest(
            size + 1,
            self._shards(
                project,
                query.experiment,
                lambda p: self.table.query(p, after=start, newest_first=True, limit=size + 1),
            ),
            key=sort_key,
        )
        page = items[: fitting(items, size)]
        return [_run(item) for item in page], len(items) > len(page)

    def all(self, project: str, experiment: str | None, limit: int) -> list[Run]:
        """Read every shard whole."""
        return self.of_experiments(project, self._experiments(project, experiment), limit)

    def of_experiments(self, project: str, experiment_ids: Sequence[str], limit: int) -> list[Run]:
        """Read every shard of the experiments whole."""
        items = self._read_shards(project, experiment_ids, lambda p: self.table.query(p, limit=limit))
        found = [_run(item) for item in items]
        if len(found) > limit:
            raise TooLargeError(f"a search looks at {limit} runs at most; name an experiment")
        return found

    def add_chunk(self, run: Run, writer: str, seq: int, data: bytes, summary: Summaries) -> None:
        """Store the chunk, then the writer's summary; a second delivery finds both there."""
        chunk = keys.chunk(run.project, run.run_id, writer, seq)
        fresh = True
        try:
            self.table.put(chunk, {"data": {"B": data}}, ABSENT)
        except StaleError:
            fresh = False
            self._check_same(chunk, data)
        for _ in range(_ATTEMPTS):
            try:
                return self._fold(run, writer, seq, summary, fresh)
            except StaleError:
                continue
        raise ContentionError(f"writer {writer} sends from several places at once")

    def add_batch(self, run: Run, seq: int, data: bytes, summary: Summaries) -> None:
        """Store chunk and summary together: what is there already is in the summary already."""
        chunk = keys.chunk(run.project, run.run_id, UNNUMBERED, seq)
        if self.table.get(chunk) is None:
            put = self.table.put_in(chunk, {"data": {"B": data}}, ABSENT)
            at, item, last = self._summary_of(run, UNNUMBERED)
            change = _folded(item, UNNUMBERED, last + 1, summary)
            self.table.write([put, self.table.update_in(at, *change)])

    def points(self, project: str, run_id: str, wanted: Collection[str]) -> list[chunks.Point]:
        """Return the wanted points of all chunks."""
        items = self.table.query(keys.run_parts(project, run_id), prefix=keys.CHUNKS)
        return [point for item in items for point in chunks.decode(item["data"]["B"], wanted)]

    def put_dataset(self, run: Run, dataset: Dataset) -> None:
        """Record an input; the same one again changes nothing."""
        at = keys.dataset(run.project, run.run_id, dataset.context, dataset.name, dataset.digest)
        self.table.put(at, document(dataset))
        glance = dataset.model_copy(update={"files": ()}).model_dump_json()
        name = {"#d": f"{_DATASET}{json_digest([dataset.context, dataset.name, dataset.digest])[:16]}"}
        self.table.update(_key(run), "SET #d = :d", PRESENT, name, {":d": {"S": glance}})

    def put_model_link(self, run: Run, link: ModelLink) -> None:
        """Record a logged model; the same one again changes its step alone."""
        self.table.put(
            keys.model_link(run.project, run.run_id, link.direction, link.model_id), document(link)
        )

    def put_artifact(self, run: Run, artifact: Artifact) -> None:
        """Record an output under a name that is free, or has the same content."""
        at = keys.artifact(run.project, run.run_id, artifact.name)
        try:
            self.table.put(at, document(artifact), ABSENT)
        except StaleError as error:
            present = self.table.get(at)
            if present is not None and EXPIRY_ATTRIBUTE in present:
                return self.table.put(at, document(artifact))
            if present is None or parse(Artifact, present).digest != artifact.digest:
                message = f"the run has another artifact named {artifact.name!r}"
                raise AlreadyExistsError(message) from error

    def drop_artifacts(self, run: Run, dropped: Sequence[Artifact]) -> None:
        """Mark records for DynamoDB to remove: the functions themselves delete nothing."""
        names = {"#e": EXPIRY_ATTRIBUTE}
        for artifact in dropped:
            at = keys.artifact(run.project, run.run_id, artifact.name)
            values = {":now": {"N": str(artifact.created_at // 1000)}}
            self.table.update(at, "SET #e = :now", PRESENT, names, values)

    def _where(self, project: str, run_id: str) -> Key:
        pointer = self.table.get(keys.run_pointer(project, run_id))
        if pointer is None:
            raise NotFoundError(f"project {project} has no run {run_id}")
        return keys.run(project, pointer["experiment_id"]["S"], run_id)

    def _shards(
        self, project: str, experiment: str | None, read: Callable[[str], list[Item]]
    ) -> Iterator[Item]:
        """Yield what `read` finds in each shard of an experiment, or of all."""
        return self._read_shards(project, self._experiments(project, experiment), read)

    def _read_shards(
        self, project: str, experiment_ids: Sequence[str], read: Callable[[str], list[Item]]
    ) -> Iterator[Item]:
        """Yield what `read` finds in each shard of some experiments; the shards are read at once."""
        partitions = [
            keys.run_shard(project, each, shard)
            for each in experiment_ids
            for shard in range(keys.RUN_SHARDS)
        ]
        with ThreadPoolExecutor(keys.RUN_SHARDS) as pool:
            for items in pool.map(read, partitions):
                yield from items

    def _experiments(self, project: str, experiment: str | None) -> list[str]:
        if experiment is not None:
            found = DynamoExperiments(self.table).named(project, experiment)
            return [found.experiment_id] if found else []
        items = self.table.query(keys.experiments(project), prefix=keys.EXPERIMENTS)
        return [sort_key(item).removeprefix(keys.EXPERIMENTS) for item in items]

    def _check_same(self, chunk: Key, data: bytes) -> None:
        present = self.table.get(chunk)
        if present is None:
            raise StaleError
        if present["data"]["B"] != data:
            raise ConflictError("this writer has sent another chunk under the same number")

    def _summary_of(self, run: Run, writer: str) -> tuple[Key, Item, int]:
        """Return the item a writer's summary goes into, where it is, and the number it covers."""
        at, sequence = _key(run), f"s_{writer}"
        item = self.table.get(at) or {}
        known = item.get(sequence)
        if weight(item) > _FULL:
            at = keys.more_metrics(run.project, run.run_id, writer)
            item = self.table.get(at) or {}
            known = item.get(sequence, known)
        return at, item, int(known["N"]) if known else -1

    def _fold(self, run: Run, writer: str, seq: int, summary: Summaries, fresh: bool) -> None:
        """Merge a chunk into its writer's summary; one that is not fresh and not beyond it is in there."""
        at, item, last = self._summary_of(run, writer)
        if seq > last or fresh:
            self.table.update(at, *_folded(item, writer, max(seq, last), summary))


def _folded(
    item: Item, writer: str, covered: int, summary: Summaries
) -> tuple[str, str, dict[str, str], Item]:
    """Return the change that merges a summary into its writer's, which then covers a number."""
    name, sequence = f"{_WRITER}{writer}", f"s_{writer}"
    merged = _merged([_summaries(item, name), summary])
    values = {":w": {"B": _packed(merged)}, ":s": {"N": str(covered)}}
    condition = "attribute_not_exists(#s)"
    if sequence in item:
        condition = "#s = :present"
        values[":present"] = item[sequence]
    return "SET #w = :w, #s = :s", condition, {"#s": sequence, "#w": name}, values


def _key(run: Run) -> Key:
    return keys.run(run.project, run.experiment_id, run.run_id)


def _attributes(run: Run) -> Item:
    item: Item = {"doc": {"S": run.model_dump_json(exclude=_APART)}, "state": _state(run)}
    return item | ({_BEAT: {"N": str(run.heartbeat_at)}} if run.heartbeat_at is not None else {})


def _captured(run: Run) -> Item:
    """What can be long and is read with one run alone; a patch shrinks to a fifth or so."""
    large = run.model_dump_json(include=_LARGE)
    return {"data": {"B": zlib.compress(large.encode(), 6)}}


def _state(run: Run) -> Item:
    """The part that changes. What has its default is left out: a new field changes no item that is there."""
    return {"S": run.model_dump_json(include=_STATE, exclude_defaults=True)}


def _run(item: Item, parts: Sequence[Item] = ()) -> Run:
    """A run from its item; `parts`, where they were read, have its captured part and more metrics."""
    fields = json.loads(item["doc"]["S"]) | json.loads(item["state"]["S"])
    for part in parts:
        if sort_key(part) == keys.CAPTURED:
            for name, large in json.loads(zlib.decompress(part["data"]["B"])).items():
                fields[name] = (fields[name] or {}) | large if large is not None else None
    metrics = [
        _summaries(each, name) for each in (item, *parts) for name in sorted(each) if name.startswith(_WRITER)
    ]
    fields["metrics"] = _merged(metrics)
    fields["heartbeat_at"] = int(item[_BEAT]["N"]) if _BEAT in item else None
    fields["datasets"] = [json.loads(item[n]["S"]) for n in sorted(item) if n.startswith(_DATASET)]
    return Run.model_validate(fields)


def _packed(summaries: Summaries) -> bytes:
    """Summaries in a fraction of their size: names and figures in order, compressed."""
    rows = {key: [getattr(each, field) for field in _FIGURES] for key, each in summaries.items()}
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 9)


def _summaries(item: Item, name: str) -> Summaries:
    if name not in item:
        return {}
    rows = json.loads(zlib.decompress(item[name]["B"]))
    return {key: MetricSummary(**dict(zip(_FIGURES, row, strict=True))) for key, row in rows.items()}


def _merged(parts: list[Summaries]) -> Summaries:
    return reduce(_merge, parts, {})


def _merge(first: Summaries, second: Summaries) -> Summaries:
    both = {key: merge(first[key], second[key]) for key in first.keys() & second.keys()}
    return first | second | both
