"""Search through the public SDK, on the real tables."""

import pytest

import lineal
from tests.e2e.conftest import World


def test_runs_are_found_ordered_and_paged(world: World) -> None:
    made = []
    for number in range(5):
        with lineal.run(
            experiment="sweep", params={"depth": number}, tags={"team": "a"}, client=world.scientist
        ) as run:
            run.use_dataset("rows", b"1,2\n")
            run.log({"mae": float((number * 3) % 5)})
        made.append(run.id)
    search = world.auditor.runs.search
    assert [r.run_id for r in search("metrics.mae < 2 AND tags.team = 'a'", order_by="metrics.mae")] == [
        made[0],
        made[2],
    ]
    assert [
        r.params["depth"] for r in search("datasets.name = 'rows'", order_by="params.depth DESC")
    ] == list("43210")
    assert list(search("params.depth > 10")) == []
    assert [r.run_id for r in search(experiment="sweep")] == made[::-1]


def test_a_page_token_is_of_its_query_alone(world: World) -> None:
    from lineal_contract.routes import tracking as routes
    from lineal_contract.runs import RunQuery

    for _ in range(3):
        with lineal.run(client=world.scientist) as run:
            run.log({"mae": 1.0})
    api = world.scientist._api
    for query in (
        RunQuery(page_size=2),
        RunQuery(page_size=2, filter="metrics.mae = 1", order_by="metrics.mae"),
    ):
        first = api.call(routes.LIST_RUNS, query=query)
        token = first.next_page_token
        assert token is not None
        second = api.call(routes.LIST_RUNS, query=query.model_copy(update={"page_token": token}))
        assert (len(first.items), len(second.items), second.next_page_token) == (2, 1, None)
        other = RunQuery(page_size=2, filter="metrics.mae = 2", page_token=token)
        flipped = query.model_copy(update={"page_token": ("B" if token[0] != "B" else "C") + token[1:]})
        for forged in (other, flipped, query.model_copy(update={"page_token": "!"})):
            with pytest.raises(lineal.InvalidRequestError):
                api.call(routes.LIST_RUNS, query=forged)


def test_a_patch_is_read_with_its_run_and_not_in_listings(world: World) -> None:
    from lineal_contract.ids import new_id
    from lineal_contract.routes import tracking as routes
    from lineal_contract.runs import Code, CreateRun

    patch = "+" + "é" * 150_000 + "\n"
    code = Code(commit="a" * 40, dirty=True, patch=patch, patch_digest="0" * 64)
    run_id = new_id()
    created = world.scientist._api.call(
        routes.CREATE_RUN, body=CreateRun(run_id=run_id, code=code, started_at=1_700_000_000_000)
    )
    assert created.code == code
    assert world.auditor.runs.get(run_id).code == code
    (listed,) = world.auditor.runs.search()
    assert listed.code == code.model_copy(update={"patch": None})


def test_experiments_are_described_found_and_renamed(world: World) -> None:
    client = world.scientist
    with lineal.run(experiment="diabetes", client=client):
        pass
    client.experiments.set_note("diabetes", "the target is **standardised**")
    client.experiments.set_tags("diabetes", {"team": "health"})
    client.experiments.create("other")
    (found,) = client.experiments.list("tags.team = 'health'")
    assert found.edited is not None
    assert (found.name, found.note, found.edited.actor.person) == (
        "diabetes",
        "the target is **standardised**",
        "scientist",
    )
    assert [each.name for each in client.experiments.list(order_by="attributes.name ASC")] == [
        "Default",
        "diabetes",
        "other",
    ]
    client.experiments.rename("diabetes", "progression")
    assert [run.experiment_id for run in client.runs.search(experiment="progression")] == [
        found.experiment_id
    ]
    with pytest.raises(lineal.PermissionDeniedError):
        world.auditor.experiments.set_note("other", "not mine to say")
