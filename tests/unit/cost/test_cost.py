"""Prices, activities and estimates: what is published is computed, and below what is promised."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import functions
from infra.events import _SWEEP_EVERY
from infra.functions import SIZES
from infra.state_machines import DEFINITIONS
from lineal.cost import activities, idle, load
from lineal.cost.month import Counts, estimate
from lineal.cost.prices import VARIABLE
from lineal.cost.training import BILLABLE, NoCostError, billable_tags, training_cost
from lineal.errors import InputError
from tests.cost.figures import PAGE, page

TAGS = {
    "sagemaker.training_job_name": "job",
    "sagemaker.training_job_arn": "arn:aws:sagemaker:eu-central-1:123456789012:training-job/job",
    "sagemaker.instance_type": "ml.m5.xlarge",
    "sagemaker.instance_count": "2",
}


def states(definition: dict[str, Any]) -> int:
    found = definition["States"]
    return len(found) + sum(
        states(each["ItemProcessor"]) for each in found.values() if "ItemProcessor" in each
    )


def test_the_page_has_the_tables_that_prices_and_units_give() -> None:
    assert PAGE.read_text() == page(PAGE.read_text(), load()), "run `python -m tests.cost`"


def test_every_unit_says_where_its_price_is_published() -> None:
    prices = load()
    for price in (*prices.units.values(), *prices.training_hours.values()):
        assert price.page.startswith("https://aws.amazon.com/")


def test_endpoints_are_of_the_services_that_functions_call() -> None:
    sources = Path(functions.__file__).parent.rglob("*.py")
    called = {name for path in sources for name in re.findall(r'client\("(\w+)"', path.read_text())}
    by_gateway, by_lambda_itself = {"s3", "dynamodb"}, {"xray"}
    assert (called - by_gateway) | by_lambda_itself == set(idle.ENDPOINT_SERVICES)


def test_a_million_points_cost_a_cent_at_most() -> None:
    assert load().of(activities.points(1_000_000)) <= 0.01


def test_activities_are_those_of_the_stack() -> None:
    assert SIZES["tracking"].memory_mb / 1024 == activities.ANSWER_GB
    assert SIZES["registry"].memory_mb / 1024 == activities.HASH_GB
    assert idle.SWEEPS * _SWEEP_EVERY.to_minutes() == 30 * 24 * 60


def test_a_plan_costs_what_its_parts_cost() -> None:
    nothing = Counts(runs=0, points=0, versions=0, searches=0, stored_bytes=0)
    prices = load()
    (stack,) = (line.usd for line in estimate(nothing, prices) if line.usd)
    assert stack == idle.default_month(prices)
    lines = {line.what: line for line in estimate(nothing.with_(stored_bytes=10**12, runs=None), prices)}
    assert lines["bytes of artifacts"].usd == pytest.approx(23.0)


def test_prices_of_ones_own_replace_what_they_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(
        'date = 2027-01-01\nregion = "mars"\n[prices]\nevents = {usd = 5}\n'
        '[training_hours]\n"ml.x" = {usd = 2}\n'
    )
    monkeypatch.setenv(VARIABLE, str(file))
    prices = load()
    assert (prices.of({"events": 2}), prices.region) == (10, "mars")
    assert prices.of({"api_requests": 10**6}) == 1.0
    cost = training_cost({**TAGS, "sagemaker.instance_type": "ml.x", BILLABLE: "1800"})
    assert cost is not None
    assert cost.usd == 2.0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("date = ", "cannot be read"),
        ('date = 2027-01-01\nregion = "x"\n[prices]\nrockets = {usd = 1}', "rockets"),
        ('date = 2027-01-01\nregion = "x"\n[prices]\nevents = {usd = -1}', "prices.events.usd"),
        ('date = 2027-01-01\nregion = "x"\n[prices]\nevents = {usd = 1, per = 0}', "prices.events.per"),
        ('region = "x"', "date"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_by_its_reason(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=reason):
        load(file)


def test_a_job_costs_its_billable_seconds_on_all_its_instances() -> None:
    cost = training_cost({**TAGS, BILLABLE: "1800"})
    assert cost is not None
    assert str(cost).startswith("$0.23: 2 x ml.m5.xlarge for 1,800 billable seconds")
    assert training_cost(TAGS) is None
    unknown = training_cost({**TAGS, BILLABLE: "1", "sagemaker.instance_type": "ml.new"})
    assert unknown is not None
    assert unknown.usd is None
    assert training_cost({**TAGS, BILLABLE: "a lot"}) is None


def test_sagemaker_is_asked_in_the_region_of_the_job() -> None:
    asked = []

    def describe(name: str, region: str | None) -> dict[str, object]:
        asked.append((name, region))
        return {"BillableTimeInSeconds": 61, "ResourceConfig": {"InstanceType": "ml.g5.xlarge"}}

    assert billable_tags(TAGS, describe) == {BILLABLE: "61", "sagemaker.instance_type": "ml.g5.xlarge"}
    assert asked == [("job", "eu-central-1")]


def test_what_cannot_be_known_is_said() -> None:
    with pytest.raises(NoCostError, match="not ended"):
        billable_tags(TAGS, lambda *_: {})
    with pytest.raises(NoCostError, match="none of a SageMaker"):
        billable_tags({}, lambda *_: {})


def test_a_version_passes_no_more_states_than_the_workflows_have() -> None:
    counted = (
        states(json.loads(DEFINITIONS.joinpath(f"{name}.asl.json").read_text()))
        for name in ("approval", "deployment")
    )
    assert sum(counted) == activities.TRANSITIONS
