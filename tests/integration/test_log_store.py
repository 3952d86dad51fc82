"""What every `LogStore` promises: the fake and the adapter, the same tests."""

import pytest

from functions.adapters.dynamo import Table
from functions.adapters.logs import DynamoLogs
from functions.adapters.runs import DynamoRuns
from functions.core.errors import ConflictError, InvalidRequestError, NotFoundError
from functions.core.ports.tracking import LogStore
from functions.core.runs.logs import Logs
from lineal_contract.logs import LogLines, LogQuery, pack, unpack
from tests import builders
from tests.builders import NOW, PROJECT
from tests.fakes.logs import MemoryLogs
from tests.fakes.runs import MemoryRuns

RUN = builders.run(1).run_id


@pytest.fixture(params=["memory", "dynamo"])
def store(request: pytest.FixtureRequest) -> LogStore:
    run = builders.run(1, metrics={}, datasets=(), artifacts=())
    if request.param == "memory":
        memory = MemoryRuns()
        memory.create(run)
        return MemoryLogs(memory)
    tables: dict[str, Table] = request.getfixturevalue("tables")
    DynamoRuns(tables["runs"]).create(run)
    return DynamoLogs(tables["runs"])


def lines(seq: int, text: str, *, writer: str = "a", at: int = 0) -> LogLines:
    return LogLines(writer=writer, seq=seq, first_line=seq, data=pack(f"{NOW + at} o {text}\n".encode()))


def texts(store: LogStore, **query: object) -> list[str]:
    found, token = [], None
    while True:
        page = store.page(PROJECT, RUN, LogQuery.model_validate({"page_token": token} | query))
        found += [line.text for part in page.items for line in unpack(part.data)]
        token = page.next_page_token
        if token is None:
            return found


def put(store: LogStore, chunk: LogLines) -> None:
    Logs(store).add(PROJECT, RUN, chunk)


def test_chunks_of_all_writers_come_by_time(store: LogStore) -> None:
    put(store, lines(0, "third", writer="a", at=3_000))
    put(store, lines(0, "first", writer="b", at=1_000))
    put(store, lines(1, "second", writer="b", at=2_000))
    assert texts(store, page_size=1) == ["first", "second", "third"]
    assert texts(store, page_size=2, newest_first=True) == ["third", "second", "first"]
    assert texts(store, since=NOW + 2_000) == ["second", "third"]
    assert texts(store, since=NOW + 2_000, newest_first=True, page_size=1) == ["third", "second"]


def test_a_repeated_delivery_changes_nothing(store: LogStore) -> None:
    for _ in range(2):
        put(store, lines(0, "once"))
    assert texts(store) == ["once"]


def test_other_lines_under_the_same_number_are_refused(store: LogStore) -> None:
    put(store, lines(0, "one"))
    with pytest.raises(ConflictError):
        put(store, lines(0, "two"))


def test_logs_of_no_run_are_not_there(store: LogStore) -> None:
    with pytest.raises(NotFoundError):
        store.put(PROJECT, "f" * 32, NOW, lines(0, "x"))
    with pytest.raises(NotFoundError):
        store.page("others", RUN, LogQuery())


@pytest.mark.parametrize(
    "data", [b"", b"noise", pack(b"\xff"), pack(b"no time"), pack(b"1 o x\n") + b"more", pack(b"1 o x")[:-3]]
)
def test_what_is_no_chunk_of_lines_is_refused(store: LogStore, data: bytes) -> None:
    with pytest.raises(InvalidRequestError):
        put(store, LogLines(writer="a", seq=0, data=data))
