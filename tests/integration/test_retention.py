"""What a project no longer keeps of its runs goes; what a version needs stays, whatever it says."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.adapters.blocks import DynamoFoldingList, S3Blocks
from functions.adapters.dynamo import Table, document
from functions.adapters.keys import registry as registry_keys
from functions.adapters.keys import runs as keys
from functions.adapters.runs import DynamoRuns
from functions.core.errors import NotFoundError
from functions.core.runs.block_cache import BlockCache
from functions.core.runs.conditions import ALWAYS
from functions.core.runs.folding import QUIET_MILLIS, Folding
from functions.core.runs.searching import RunSearch, Searching
from functions.tables import EXPIRY_ATTRIBUTE
from lineal import keeping
from lineal.keeping import Archive, Stores
from lineal.keeping.clearing import tally
from lineal.keeping.collecting import collect
from lineal.keeping.leftovers import Kind, find
from lineal.keeping.progress import silent
from lineal_contract.artifacts import StoredObject
from lineal_contract.people import Actor
from lineal_contract.projects import Project, Retention
from lineal_contract.runs import Edit, Lifecycle, Run, RunStatus
from tests import builders
from tests.integration.test_garbage import (
    GRACE,
    NOW,
    after,
    count_bytes,
    put,
    stores,
    stores_without_operator,
)
from tests.integration.test_keeping import emptied

__all__ = ["stores", "stores_without_operator"]
ACTOR = Actor(principal="arn:aws:iam::123456789012:user/ada", person="ada")
THEN = int(NOW.timestamp() * 1000)


def keep(stores: Stores, **days: int | None) -> None:
    project = Project(project="p", created_at=1, created_by=ACTOR, retention=Retention(**days))
    put(stores, "registry", registry_keys.project("p") | document(project))


def runs(stores: Stores) -> DynamoRuns:
    return DynamoRuns(Table(stores.dynamodb, "runs"))


def ended(stores: Stores, digit: str, parent: str | None = None, *, deleted: bool = False) -> Run:
    """A run of now with two metric chunks and a log chunk."""
    run = builders.run(
        run_id=digit * 32,
        project="p",
        parent_run_id=parent,
        status=RunStatus.FINISHED,
        started_at=THEN,
        ended_at=THEN,
        lifecycle=Lifecycle.DELETED if deleted else Lifecycle.ACTIVE,
        edited=Edit(actor=ACTOR, at=THEN) if deleted else None,
    )
    assert runs(stores).create(run)
    for seq in (1, 2):
        put(stores, "runs", keys.chunk("p", run.run_id, "w", seq) | {"points": {"B": b"x"}})
    put(stores, "runs", keys.log_chunk("p", run.run_id, 1, "w", 1) | {"lines": {"B": b"x"}})
    return run


def version_of(stores: Stores, run: Run) -> None:
    at = registry_keys.version("p", "m", int(run.run_id[0], 16) + 1)
    put(stores, "registry", at | {"doc": {"S": f'{{"run_id":"{run.run_id}"}}'}})


def parts(stores: Stores, run: Run) -> set[str]:
    found = stores.partition("runs", keys.run_parts("p", run.run_id))
    return {item["SK"]["S"].partition("#")[0] for item in found}


def cleared(stores: Stores, days: float) -> dict[Kind, int]:
    return {t.kind: t.count for t in collect(stores, after(days), GRACE, apply=True) if t.count}


def test_without_a_retention_everything_stays(stores: Stores) -> None:
    run = ended(stores, "a", deleted=True)
    keep(stores)
    assert cleared(stores, 30_000) == {}
    assert parts(stores, run) >= {"RUN", "C", "L"}


def test_a_deleted_run_goes_with_all_of_it_after_its_days(stores: Stores) -> None:
    keep(stores, deleted_runs_days=30)
    put(stores, "runs", keys.used("p", "runs", None) | {"used": {"N": "2"}})
    parent, gone = ended(stores, "a"), ended(stores, "b", "a" * 32, deleted=True)
    assert cleared(stores, 29) == {}
    assert cleared(stores, 31) == {Kind.RUN: 1}
    with pytest.raises(NotFoundError):
        runs(stores).get("p", gone.run_id)
    assert parts(stores, gone) == set()
    assert runs(stores).children("p", parent.run_id, 10) == []
    used = stores.dynamodb.get_item(TableName="runs", Key=keys.used("p", "runs", None))["Item"]["used"]
    assert used == {"N": "1"}
    assert parts(stores, parent) >= {"RUN", "C", "L"}
    assert cleared(stores, 60) == {}


def test_points_and_logs_go_after_their_days_and_the_run_stays_at_a_glance(stores: Stores) -> None:
    keep(stores, series_days=90)
    run, used = ended(stores, "a"), ended(stores, "b")
    version_of(stores, used)
    assert cleared(stores, 91) == {Kind.SERIES: 1}
    assert parts(stores, run) == {"RUN", "IO"}
    assert runs(stores).get("p", run.run_id).run_id == run.run_id
    assert parts(stores, used) >= {"C", "L"}
    assert cleared(stores, 200) == {}


def test_a_run_that_was_restored_since_it_was_found_stays(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lineal.keeping import collecting

    keep(stores, deleted_runs_days=1)
    run = ended(stores, "a", deleted=True)

    def restored_meanwhile(*found: Any) -> None:
        restored = run.model_copy(update={"lifecycle": Lifecycle.ACTIVE})
        runs(stores).replace(run, restored)

    monkeypatch.setattr(collecting, "_announce", restored_meanwhile)
    cleared(stores, 3)
    assert parts(stores, run) >= {"RUN", "C", "L"}
    assert runs(stores).get("p", run.run_id).lifecycle is Lifecycle.ACTIVE


def test_a_clearing_that_died_is_finished_by_the_next(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(stores, deleted_runs_days=1)
    run = ended(stores, "a", deleted=True)
    with monkeypatch.context() as broken, pytest.raises(ConnectionError):
        broken.setattr(Stores, "delete_items", lambda *_: (_ for _ in ()).throw(ConnectionError))
        cleared(stores, 3)
    assert "C" in parts(stores, run)
    assert cleared(stores, 3) == {Kind.RUN: 1}
    assert parts(stores, run) == set()


def test_a_run_that_begins_while_the_tables_are_read_is_no_remains_of_one(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(stores, deleted_runs_days=1)
    run = ended(stores, "a")
    read = Stores.items
    monkeypatch.setattr(
        Stores, "items", lambda self, table: (i for i in read(self, table) if "#X#" not in i["PK"]["S"])
    )
    cleared(stores, 3)
    assert parts(stores, run) >= {"RUN", "C", "L"}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    made=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=4),
    days=st.tuples(st.none() | st.integers(1, 50), st.none() | st.integers(1, 50)),
    waited=st.integers(0, 60),
)
def test_what_a_version_needs_stays_whatever_the_retention(
    stores: Stores, made: list[tuple[bool, bool]], days: tuple[int | None, int | None], waited: int
) -> None:
    for table in stores.tables:
        stores.delete_items(table, list(stores.items(table)))
    count_bytes(stores, 0)
    keep(stores, deleted_runs_days=days[0], series_days=days[1])
    there = [(ended(stores, str(n), deleted=gone), gone, needed) for n, (gone, needed) in enumerate(made)]
    for run, _, needed in there:
        if needed:
            version_of(stores, run)
    cleared(stores, waited)
    for run, gone, needed in there:
        whole = parts(stores, run) >= {"RUN", "C", "L"}
        over = [n for n in (days[0] if gone else None, days[1]) if n is not None and n < waited]
        assert whole == (needed or not over)


def folded(stores: Stores, run: Run) -> Folding:
    """Fold the run of its experiment, and return what folds."""
    table = Table(stores.dynamodb, "runs")
    blocks, work = S3Blocks(table, stores.s3, stores.bucket), DynamoFoldingList(table)
    folding = Folding(runs(stores), blocks, work, lambda: THEN + 2 * QUIET_MILLIS, fold_from=1)
    assert folding.fold("p", run.experiment_id)
    return folding


def found(stores: Stores, folding: Folding) -> list[str]:
    """Return the runs that a search finds."""
    searching = Searching(runs(stores), BlockCache(folding.store), folding.work, folding.clock)
    asked = RunSearch({builders.run().experiment_id: ALWAYS}, "", ("attributes.name ASC",))
    return [match.place[1][0] for match in searching.find("p", asked, None, 99)]


def test_a_folded_run_goes_with_all_of_it_and_is_not_found_in_its_block(stores: Stores) -> None:
    keep(stores, deleted_runs_days=30)
    kept, gone = ended(stores, "a"), ended(stores, "b", deleted=True)
    folding = folded(stores, kept)
    assert sorted(found(stores, folding)) == ["a", "b"]
    (before,) = folding.store.folded("p", [kept.experiment_id])
    assert cleared(stores, 31) == {Kind.RUN: 1}
    assert folding.store.folded("p", [kept.experiment_id]) == [before], "it would be written for each run"
    assert found(stores, folding) == ["a"]
    with pytest.raises(NotFoundError):
        runs(stores).get("p", gone.run_id)
    assert runs(stores).get("p", kept.run_id).run_id == kept.run_id
    assert parts(stores, gone) == set()
    assert folding.fold_asked().count == 1
    (now,) = folding.store.folded("p", [kept.experiment_id])
    assert sum(ref.alive for ref in now.blocks) == 1
    assert folding.store.removals("p", [kept.experiment_id]) == []
    assert found(stores, folding) == ["a"]
    assert cleared(stores, 34) == {}, "the tables may be restored to where the block before counted"
    expire(stores, 100)
    assert cleared(stores, 100) == {Kind.CONTENT: 1}, "the block before, and not the one that counts"
    assert found(stores, folding) == ["a"]


def test_a_run_that_goes_while_the_first_block_is_made_is_remembered_for_a_day(stores: Stores) -> None:
    keep(stores, deleted_runs_days=30)
    gone, waiting = ended(stores, "b", deleted=True), ended(stores, "a")
    table = Table(stores.dynamodb, "runs")

    class Late(S3Blocks):
        def put(self, project: str, data: bytes) -> StoredObject:
            cleared(stores, 31)
            return super().put(project, data)

    blocks, work = Late(table, stores.s3, stores.bucket), DynamoFoldingList(table)
    folding = Folding(runs(stores), blocks, work, lambda: THEN + 2 * QUIET_MILLIS, fold_from=1)
    assert folding.fold("p", gone.experiment_id) is True
    with pytest.raises(NotFoundError):
        runs(stores).get("p", gone.run_id)
    assert found(stores, folding) == ["a"]
    (mark,) = table.query(keys.experiments("p"), prefix=keys.REMOVED)
    assert int(mark[EXPIRY_ATTRIBUTE]["N"]) > time.time()
    assert folding.fold("p", gone.experiment_id) is True
    assert table.query(keys.experiments("p"), prefix=keys.REMOVED) == []
    assert found(stores, folding) == ["a"]
    assert runs(stores).get("p", waiting.run_id).run_id == waiting.run_id


def test_a_folded_run_that_is_restored_meanwhile_stays(stores: Stores) -> None:
    keep(stores, deleted_runs_days=30)
    run = ended(stores, "b", deleted=True)
    folding = folded(stores, run)
    (old,) = [each for each in find(stores, after(31), GRACE) if each.kind is Kind.RUN]
    before = runs(stores).get("p", run.run_id)
    runs(stores).replace(before, before.model_copy(update={"lifecycle": Lifecycle.ACTIVE}))
    tally([old], stores, after(31))
    assert runs(stores).get("p", run.run_id).lifecycle is Lifecycle.ACTIVE
    assert found(stores, folding) == ["b"]
    assert cleared(stores, 31) == {}


def everything(stores: Stores) -> dict[str, list[Any]]:
    """Return the tables as they are, as a restore to this moment brings them back."""
    return {table: list(stores.items(table)) for table in stores.tables}


def restored(stores: Stores, kept: dict[str, list[Any]]) -> None:
    for table, items in kept.items():
        stores.delete_items(table, list(stores.items(table)))
        for item in items:
            put(stores, table, item)


def expire(stores: Stores, days: float) -> None:
    """Do what DynamoDB does with items that have expired."""
    over = after(days).timestamp()
    expiring = [item for item in stores.items("runs") if EXPIRY_ATTRIBUTE in item]
    stores.delete_items("runs", [item for item in expiring if int(item[EXPIRY_ATTRIBUTE]["N"]) < over])


def test_tables_as_they_were_a_month_ago_lead_to_blocks_that_are_there(stores: Stores) -> None:
    keep(stores)
    first = ended(stores, "a")
    folding = folded(stores, first)
    then = everything(stores)
    (before,) = folding.store.folded("p", [first.experiment_id])
    second = ended(stores, "b")
    folded(stores, second)
    (now,) = folding.store.folded("p", [first.experiment_id])
    assert [ref.rows for ref in now.blocks] == [2], "the block before was taken in"
    for day in (8, 16, 34):
        expire(stores, day)
        cleared(stores, day)

    later = everything(stores)
    restored(stores, then)
    assert found(stores, folding) == ["a"]
    assert folding.store.folded("p", [first.experiment_id]) == [before]

    restored(stores, later)
    assert sorted(found(stores, folding)) == ["a", "b"]
    expire(stores, 37)
    assert [cleared(stores, day) for day in (37, 45)] == [{Kind.CONTENT: 1}, {Kind.HIDDEN: 1}]
    assert sorted(found(stores, folding)) == ["a", "b"]
    restored(stores, then)
    with pytest.raises(NotFoundError):
        found(stores, folding)


def test_folded_runs_are_found_in_a_stack_that_was_restored(stores: Stores, tmp_path: Path) -> None:
    folding = folded(stores, ended(stores, "a"))
    ended(stores, "b")
    archive = Archive(tmp_path / "backup")
    keeping.create(stores, archive, silent)
    fresh = emptied(stores)
    keeping.restore(fresh, archive, silent)
    blocks = S3Blocks(Table(fresh.dynamodb, "runs"), fresh.s3, fresh.bucket)
    again = replace(folding, store=blocks)
    assert sorted(found(fresh, again)) == ["a", "b"]
    (now,) = blocks.folded("p", [builders.run().experiment_id])
    assert {ref.object.bucket for ref in now.blocks} == {fresh.bucket} != {stores.bucket}
    assert again.fold("p", now.experiment_id), "and folding goes on"
    assert sorted(found(fresh, again)) == ["a", "b"]
