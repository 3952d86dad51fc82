"""Runs in the runs table; `run_items` says how a run lies in its item."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest

from functions.adapters import run_items
from functions.adapters.dynamo import ABSENT, PRESENT, Item, Table, document, fitting, sort_key
from functions.adapters.experiments import DynamoExperiments
from functions.adapters.keys import runs as keys
from functions.adapters.keys.key import Key
from functions.adapters.run_inputs_outputs import RunInputsOutputs
from functions.adapters.run_items import run_id_of, run_of
from functions.adapters.run_places import RunPlaces, required
from functions.adapters.run_pointers import RunPointers
from functions.adapters.run_requests import RunRequests, noting
from functions.adapters.stored_run import StoredRun
from functions.adapters.writer_summaries import WriterSummaries
from functions.core.causes import Said
from functions.core.errors import ConflictError, NotFoundError, StaleError, TooLargeError
from functions.core.ports.blocks import Place
from functions.core.ports.glances import Placed, RunPlace, Stored
from functions.core.ports.tracking import Summaries
from lineal_contract import chunks
from lineal_contract.artifacts import Artifact
from lineal_contract.runs import Attempt, Dataset, ModelLink, Run, RunQuery, Stop

UNNUMBERED = "mlflow"
"""The writer that stands for all who send without a writer and a number."""


@dataclass(frozen=True)
class DynamoRuns:
    """The `RunStore` port."""

    table: Table

    def create(self, run: Run) -> bool:
        """Store a run and its pointer."""
        pointer = keys.run_pointer(run.project, run.run_id)
        place = {"experiment_id": {"S": run.experiment_id}}
        items = [
            self.table.put_in(pointer, place, ABSENT),
            self.table.put_in(run_items.key_of(run), run_items.attributes(run), ABSENT),
            self.table.put_in(keys.captured(run.project, run.run_id), run_items.captured(run), ABSENT),
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

    def place(self, project: str, run_id: str) -> RunPlace:
        """Follow a run's pointer, once: a run stays where it is."""
        return self._pointers.place(project, run_id)

    def get(self, project: str, run_id: str) -> Run:
        """Return a run with datasets and artifacts."""
        return self.recall(project, run_id, None)[0]

    def glance(self, project: str, run_id: str) -> Run:
        """Return a run from its item alone."""
        return run_of(self._item(self.place(project, run_id)))

    def recall(self, project: str, run_id: str, said: Said | None) -> tuple[Run, Said | None]:
        """Return a run like `get`; the names of requests are in the item, the last ones at least."""
        place = self.place(project, run_id)
        item, earlier = self._item(place), None
        if said is not None:
            earlier = self._requests.said(place, item, said)
            if earlier is None:
                self._requests.make_room(place, item, said)
        parts = self.table.query(keys.run_parts(project, run_id), prefix=keys.INPUTS_AND_OUTPUTS)
        return run_items.whole_run(item, parts), earlier

    def replace(
        self, before: Run, after: Run, attempt: Attempt | None = None, said: Said | None = None
    ) -> None:
        """Change the part that the owner changes, if it is still as read."""
        at, change = run_items.key_of(before), run_items.replacing(before, after)
        if said is not None:
            change = noting(said, *change)
        if attempt is None:
            self._places.write(before, lambda: self.table.update(at, *change))
        else:
            started = keys.attempt(before.project, before.run_id, attempt.attempt_id)
            both = [self.table.update_in(at, *change), self.table.put_in(started, document(attempt), ABSENT)]
            self._places.write(before, lambda: self.table.write(both))

    def beat(self, project: str, run_id: str, now: int) -> Run:
        """Record a sign of life: one small read, and one write that waits for nobody."""
        place = self.place(project, run_id)
        change, names, values = run_items.changing(
            "SET #beat = :now", {"#beat": run_items.BEAT}, {":now": {"N": str(now)}}
        )
        at = run_items.key_of(place)
        self._places.write(place, lambda: self.table.update(at, change, PRESENT, names, values))
        return run_of(self._item(place))

    def children(self, project: str, run_id: str, limit: int) -> list[StoredRun]:
        """Follow the pointers that each child left at its parent."""
        pointers = self.table.query(keys.run_parts(project, run_id), prefix=keys.CHILDREN, limit=limit + 1)
        if len(pointers) > limit:
            raise TooLargeError(f"the run has more than {limit} children")
        places = [(p["experiment_id"]["S"], sort_key(p).removeprefix(keys.CHILDREN)) for p in pointers]
        return [StoredRun(item) for item in self._places.items(project, places)]

    def query(self, project: str, query: RunQuery, after: str | None) -> tuple[list[Run], bool]:
        """Read every shard behind a run id and keep the newest; of a run that is live and folded the live."""
        size, experiments = query.page_size, self.experiments(project, query.experiment)
        found = list(self._places.newest(project, experiments, after, size + 1))
        items = nlargest(size + 1, found, key=run_id_of)
        page = items[: fitting(items, size)]
        return [run_of(item) for item in page], len(items) > len(page)

    def experiments(self, project: str, experiment: str | None) -> list[str]:
        """Read the name, or the list."""
        if experiment is not None:
            found = DynamoExperiments(self.table).named(project, experiment)
            return [found.experiment_id] if found else []
        items = self.table.query(keys.experiments(project), prefix=keys.EXPERIMENTS)
        return [sort_key(item).removeprefix(keys.EXPERIMENTS) for item in items]

    def live(self, project: str, experiment_ids: Sequence[str], limit: int) -> list[StoredRun]:
        """Read every shard whole."""
        return self._places.live(project, experiment_ids, limit)

    def some_live(self, project: str, experiment_id: str, limit: int) -> list[StoredRun]:
        """Read shard by shard."""
        return self._places.some_live(project, experiment_id, limit)

    def folded(self, project: str, places: Sequence[Place]) -> dict[str, StoredRun]:
        """Read folded items."""
        return self._places.folded(project, places)

    def fold(self, runs: Sequence[Stored]) -> int:
        """Move live items."""
        return self._places.fold([run for run in runs if isinstance(run, StoredRun)])

    def add_chunk(self, run: Placed, writer: str, seq: int, data: bytes, summary: Summaries) -> Stop | None:
        """Store the chunk, then the writer's summary; a second delivery finds both there."""
        chunk = keys.chunk(run.project, run.run_id, writer, seq)
        fresh = True
        try:
            self.table.put(chunk, {"data": {"B": data}}, ABSENT)
        except StaleError:
            fresh = False
            self._check_same(chunk, data)
        try:
            return self._summaries.add(run, writer, seq, summary, fresh)
        except NotFoundError:
            self._pointers.forget()  # it was removed for good since its place was read
            raise

    def add_batch(self, run: Placed, seq: int, data: bytes, summary: Summaries) -> None:
        """Store chunk and summary together: what is there already is in the summary already."""
        chunk = keys.chunk(run.project, run.run_id, UNNUMBERED, seq)
        put = self.table.put_in(chunk, {"data": {"B": data}}, ABSENT)
        try:
            self.table.write([put, self._summaries.adding(run, UNNUMBERED, summary)])
        except StaleError:
            if self.table.get(chunk) is None:
                raise

    def points(self, project: str, run_id: str, wanted: Collection[str]) -> list[chunks.Point]:
        """Return the wanted points of all chunks."""
        items = self.table.query(keys.run_parts(project, run_id), prefix=keys.CHUNKS)
        return [point for item in items for point in chunks.decode(item["data"]["B"], wanted)]

    def put_datasets(self, run: Placed, datasets: Sequence[Dataset]) -> None:
        """Record inputs."""
        self._inputs_outputs.put_datasets(run, datasets)

    def put_model_links(self, run: Placed, links: Sequence[ModelLink]) -> None:
        """Record logged models."""
        self._inputs_outputs.put_model_links(run, links)

    def put_artifact(self, run: Placed, artifact: Artifact) -> None:
        """Record an output."""
        self._inputs_outputs.put_artifact(run, artifact)

    def drop_artifacts(self, run: Placed, dropped: Sequence[Artifact]) -> None:
        """Let records of outputs expire."""
        self._inputs_outputs.drop_artifacts(run, dropped)

    def _item(self, run: Placed) -> Item:
        return required(run, self._places.item(run))

    @cached_property
    def _pointers(self) -> RunPointers:
        return RunPointers(self.table)

    @cached_property
    def _places(self) -> RunPlaces:
        return RunPlaces(self.table)

    @cached_property
    def _inputs_outputs(self) -> RunInputsOutputs:
        return RunInputsOutputs(self.table, self._places)

    @cached_property
    def _requests(self) -> RunRequests:
        return RunRequests(self.table, self._places)

    @cached_property
    def _summaries(self) -> WriterSummaries:
        return WriterSummaries(self.table, self._places)

    def _check_same(self, chunk: Key, data: bytes) -> None:
        present = self.table.get(chunk)
        if present is None:
            raise StaleError
        if not chunks.is_same(present["data"]["B"], data):
            raise ConflictError("this writer has sent another chunk under the same number")
