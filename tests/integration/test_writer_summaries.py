"""What a warm function remembers of a writer saves reads, and never decides what is counted."""

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.adapters.dynamo import Table
from functions.adapters.experiments import DynamoExperiments
from functions.adapters.keys import runs as keys
from functions.adapters.runs import DynamoRuns
from functions.core.errors import ConflictError, NotFoundError
from functions.core.runs.summarising import summarise
from lineal_contract import chunks
from lineal_contract.chunks import Point
from lineal_contract.runs import Run, Stop
from tests import builders
from tests.builders import NOW, PROJECT
from tests.faults.wire import Fault, Wire

RUN = builders.run(1, metrics={}, datasets=(), artifacts=())
FLUSH = ["dynamodb.put_item", "dynamodb.update_item"]


@pytest.fixture
def wire(tables: dict[str, Table]) -> Wire:
    DynamoExperiments(tables["runs"]).create(builders.experiment("Default"))
    DynamoRuns(tables["runs"]).create(RUN)
    return Wire()


@pytest.fixture
def function(tables: dict[str, Table], wire: Wire) -> DynamoRuns:
    """A warm function, whose calls go over the wire."""
    return on(tables, wire)


def on(tables: dict[str, Table], wire: Wire) -> DynamoRuns:
    runs = tables["runs"]
    return DynamoRuns(replace(runs, client=wire.client("dynamodb", runs.client)))


def flush(
    function: DynamoRuns, seq: int, writer: str = "0", value: float | None = None, run: Run = RUN
) -> object:
    points = [Point("loss", seq, NOW, float(seq) if value is None else value)]
    place = function.place(PROJECT, run.run_id)
    return function.add_chunk(place, writer, seq, chunks.encode(points), summarise(points))


def seen(function: DynamoRuns) -> tuple[int, float, float, float]:
    found: Run = function.get(PROJECT, RUN.run_id)
    loss = found.metrics["loss"]
    return loss.count, loss.last, loss.min, loss.max


def test_a_flush_that_follows_is_two_calls(function: DynamoRuns, wire: Wire) -> None:
    flush(function, 0)
    for seq in (1, 2):
        wire.restart({})
        flush(function, seq)
        assert wire.calls == FLUSH
    assert seen(function) == (3, 2.0, 0.0, 2.0)


def test_each_writer_is_remembered_for_itself(function: DynamoRuns, wire: Wire) -> None:
    for writer in "ab":
        flush(function, 0, writer)
    for writer in "ab":
        wire.restart({})
        flush(function, 1, writer)
        assert wire.calls == FLUSH
    assert seen(function)[0] == 4


def test_what_another_function_took_meanwhile_is_read_and_not_tried(
    function: DynamoRuns, tables: dict[str, Table], wire: Wire
) -> None:
    other = on(tables, Wire())
    flush(function, 0)
    flush(other, 1)
    wire.restart({})
    flush(function, 2)
    assert wire.calls == ["dynamodb.put_item", "dynamodb.get_item", "dynamodb.update_item"]
    assert seen(function) == (3, 2.0, 0.0, 2.0)


def test_a_late_chunk_that_another_function_took_is_kept(
    function: DynamoRuns, tables: dict[str, Table]
) -> None:
    other = on(tables, Wire())
    flush(function, 1)
    flush(other, 0, value=-9.0)  # the number that is covered stays 1
    flush(function, 2)
    assert seen(function) == (3, 2.0, -9.0, 2.0)


def test_an_answer_that_was_lost_is_not_counted_twice(function: DynamoRuns, wire: Wire) -> None:
    flush(function, 0)
    for at in range(len(FLUSH)):
        wire.restart({at: Fault.TWICE})
        flush(function, 1 + at)
    assert seen(function) == (3, 2.0, 0.0, 2.0)


def test_a_chunk_that_comes_again_changes_nothing(function: DynamoRuns) -> None:
    for seq in (0, 1, 1, 0):
        flush(function, seq)
    assert seen(function) == (2, 1.0, 0.0, 1.0)
    with pytest.raises(ConflictError):
        flush(function, 1, value=7.0)


def test_a_stop_is_told_without_a_read(function: DynamoRuns) -> None:
    assert flush(function, 0) is None
    before = function.get(PROJECT, RUN.run_id)
    stop = Stop(actor=builders.ANN, requested_at=NOW)
    function.replace(before, before.model_copy(update={"stop": stop}))
    assert flush(function, 1) == stop


def test_a_run_that_was_removed_for_good_takes_nothing_any_more(
    function: DynamoRuns, tables: dict[str, Table], wire: Wire
) -> None:
    flush(function, 0)
    tables["runs"].delete(keys.run_pointer(PROJECT, RUN.run_id))
    tables["runs"].delete(keys.run(PROJECT, RUN.experiment_id, RUN.run_id))
    with pytest.raises(NotFoundError):
        flush(function, 1)
    wire.restart({})
    with pytest.raises(NotFoundError):
        flush(function, 2)
    assert wire.calls == ["dynamodb.get_item"]


def test_a_place_is_looked_up_again_where_there_was_none(
    function: DynamoRuns, tables: dict[str, Table]
) -> None:
    unknown = builders.run(2, metrics={}, datasets=(), artifacts=())
    with pytest.raises(NotFoundError):
        function.place(PROJECT, unknown.run_id)
    DynamoRuns(tables["runs"]).create(unknown)
    assert function.place(PROJECT, unknown.run_id).run_id == unknown.run_id
    with pytest.raises(NotFoundError):
        function.place("others", unknown.run_id)


DELIVERIES = st.lists(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from([None, 0, 1])), min_size=1, max_size=3), max_size=6
)
"""For each chunk of a writer, in order: which function takes it, and which of its calls happens twice."""
_NUMBERS = count(10)


@given(DELIVERIES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_takes_it_and_however_often_each_chunk_counts_once(
    tables: dict[str, Table], deliveries: list[list[tuple[int, int | None]]]
) -> None:
    run = builders.run(next(_NUMBERS), metrics={}, datasets=(), artifacts=())
    DynamoRuns(tables["runs"]).create(run)
    wires = [Wire() for _ in range(3)]
    functions = [on(tables, wire) for wire in wires]
    for seq, takers in enumerate(deliveries):
        for which, twice in takers:
            wires[which].restart({} if twice is None else {twice: Fault.TWICE})
            flush(functions[which], seq, run=run)
    metrics = functions[0].get(PROJECT, run.run_id).metrics
    assert [loss.count for loss in metrics.values()] == [len(deliveries)] * bool(deliveries)
