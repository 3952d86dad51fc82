"""Metrics through the public SDK: long series, ranges, thinning, many runs, by whoever may read."""

import math

import lineal
from lineal_contract.chunks import Point, encode
from lineal_contract.runs import LogChunk
from tests.e2e.conftest import World


def test_points_sent_twice_and_out_of_order_are_read_back_once_each(world: World) -> None:
    with lineal.run(client=world.scientist) as run:
        odd = {7: math.nan, 70: math.inf, 700: -math.inf}
        points = [
            Point("loss", step, 1_700_000_000_000 + step, odd.get(step, step / 7)) for step in range(10_000)
        ]
        shuffled = [points[at * 7_919 % 10_000] for at in range(10_000)]
        parts = [
            LogChunk(writer="a", seq=at, data=encode(shuffled[at : at + 1_000]))
            for at in range(0, 10_000, 1_000)
        ]
        for part in (*reversed(parts), *parts):
            world.scientist.runs.log_chunk(run.id, part)
    read = world.auditor.runs.get(run.id)
    found = read.metric("loss")
    assert [(p.step, p.timestamp, repr(p.value)) for p in found] == [
        (p.step, p.timestamp, repr(p.value)) for p in points
    ]
    assert read.metrics["loss"].count == 10_000
    assert [p.step for p in read.metric("loss", from_step=7, to_step=9)] == [7, 8, 9]
    thin = read.metric("loss", max_points=300)
    assert len(thin) <= 300
    assert {0, 7, 70, 700, 9_999} <= {p.step for p in thin}


def test_many_runs_are_read_by_who_may_read(world: World) -> None:
    made = []
    for number in range(3):
        with lineal.run(client=world.scientist) as run:
            run.log({"loss": float(number), "größe/ä b": 1.0}, step=0)
        made.append(run.id)
    found = world.approver.runs.metrics(made, ["größe/ä b", "loss"])
    assert [(s.run_id, s.key, [p.value for p in s.points]) for s in found] == [
        (run_id, key, [value])
        for number, run_id in enumerate(made)
        for key, value in (("größe/ä b", 1.0), ("loss", float(number)))
    ]
