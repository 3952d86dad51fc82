"""Many runs on the real template: the sweep folds them, and nobody notices but by the time it takes."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import lineal
from functions.adapters.dynamo import Table
from functions.adapters.keys import runs as keys
from functions.adapters.runs import DynamoRuns
from functions.core.runs.experiments import experiment_id
from lineal_contract.people import Actor
from lineal_contract.roles import StackOutput
from lineal_contract.runs import Code, Run, RunStatus
from tests.e2e.conftest import World

RUNS = 1_200
BEFORE = 1_760_000_000_000


def made(world: World, number: int) -> Run:
    """Return a run as it is after it has ended, long ago."""
    return Run(
        run_id=f"{BEFORE + number:012x}{number * 7919 % 65_536:020x}",
        project=world.project,
        experiment="many",
        experiment_id=experiment_id(world.project, "many"),
        name=f"run {number}",
        status=RunStatus.FINISHED,
        params={"depth": f"{number % 10}", "lr": f"{number / 1_000:.3f}"},
        tags={"team": "vision" if number % 3 else "speech"},
        metrics={},
        code=Code(),
        environment=None,
        actor=Actor(principal="arn:aws:iam::000000000000:user/ada", person="ada"),
        started_at=BEFORE + number,
        ended_at=BEFORE + number + 1,
    )


@pytest.fixture
def runs(world: World) -> Iterator[list[Run]]:
    """Runs that somebody logged long ago: their items, written as the function writes them."""
    world.scientist.experiments.create("many")
    table = Table(world.root("dynamodb"), world.stack.outputs[StackOutput.RUNS_TABLE])
    every = [made(world, number) for number in range(RUNS)]
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(DynamoRuns(table).create, every))
    yield every


def sweep(world: World) -> int:
    pages = world.root("lambda").get_paginator("list_functions").paginate()
    names = [each["FunctionName"] for page in pages for each in page["Functions"]]
    (name,) = (name for name in names if "Sweep" in name)
    answer = world.root("lambda").invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    done: dict[str, int] = json.loads(answer["Payload"].read())
    return done["folded"]


def live(world: World) -> int:
    table = Table(world.root("dynamodb"), world.stack.outputs[StackOutput.RUNS_TABLE])
    of = experiment_id(world.project, "many")
    shards = (keys.run_shard(world.project, of, shard) for shard in range(keys.RUN_SHARDS))
    return sum(len(table.query(shard, prefix=keys.LIVE)) for shard in shards)


def found(world: World, text: str, by: str = "", most: int = 2_000) -> list[str]:
    search = world.auditor.runs.search(text, experiment="many", order_by=by, limit=most)
    return [run.run_id for run in search]


def test_runs_that_were_folded_are_found_read_changed_and_deleted_as_ever(
    world: World, runs: list[Run]
) -> None:
    asked = {
        ("params.lr < 0.1 AND tags.team LIKE 'v%'", "params.lr DESC"),
        ("params.depth = '3'", ""),
        ("attributes.name ILIKE '%RUN 11%'", "tags.team ASC, attributes.started_at DESC"),
    }
    before = {each: found(world, *each) for each in asked}
    assert [len(before[each]) for each in sorted(asked)] == [111, 120, 66]
    newest = found(world, "", most=150)

    assert sweep(world) >= 1
    assert live(world) == 0
    assert {each: found(world, *each) for each in asked} == before
    assert found(world, "", most=150) == newest == [run.run_id for run in runs[:-151:-1]]

    client, (chosen, other, *_) = world.scientist, runs
    assert client.runs.get(chosen.run_id).params == chosen.params
    client.runs.set_tags(chosen.run_id, {"team": "edited"})
    assert found(world, "tags.team = 'edited'") == [chosen.run_id]
    assert chosen.run_id not in found(world, "tags.team = 'speech'")
    client.runs.delete(other.run_id)
    assert other.run_id not in found(world, "params.depth = '1'")
    assert live(world) == 2

    with lineal.run(experiment="many", params={"depth": 3}, client=client) as fresh:
        fresh.log({"mae": 1.0})
    assert found(world, "params.depth = '3'")[0] == fresh.id
    assert found(world, "metrics.mae IS NOT NULL") == [fresh.id]
