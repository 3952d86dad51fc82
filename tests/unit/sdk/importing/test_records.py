"""What MLflow says becomes records, whatever its age; ids and names follow from them."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from lineal.errors import InputError
from lineal.importing import identities, points
from lineal.importing.journal import fingerprint
from lineal.importing.mlflow import messages, open_source
from lineal.importing.mlflow.origins import origin_of
from lineal.importing.records import Holder, Origin, Place, RunRecord
from lineal_contract.base import ModelName
from lineal_contract.chunks import Point
from lineal_contract.runs import ExperimentName, RunStatus

MODEL_ID = "m-" + "0a" * 16
RUN_ID = "1b" * 16


def test_a_run_of_an_old_server_has_what_it_says_and_nothing_else() -> None:
    said = {
        "info": {"run_uuid": RUN_ID, "experiment_id": 7, "status": "SCHEDULED", "start_time": "1500"},
        "data": {"metrics": [{"key": "b"}, {"key": "a"}], "params": [{"key": "p"}]},
    }
    run = messages.run(said)
    assert (run.id, run.experiment_id, run.status, run.started_at) == (RUN_ID, "7", RunStatus.RUNNING, 1500)
    assert (run.metrics, run.params, run.ended_at, run.datasets) == (("a", "b"), {"p": ""}, None, ())


def test_a_run_that_has_gone_on_is_another_one_to_the_journal() -> None:
    def said(step: int) -> RunRecord:
        data = {"metrics": [{"key": "loss", "value": 0.5, "step": step, "timestamp": 9}]}
        return messages.run({"info": {"run_id": RUN_ID, "experiment_id": "7"}, "data": data})

    assert fingerprint(said(1)) == fingerprint(said(1)) != fingerprint(said(2))


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1.5"])
def test_numbers_of_json_are_numbers(text: str) -> None:
    value = messages.point({"key": "k", "value": text, "step": "3", "timestamp": "9"})
    assert (value.step, value.timestamp) == (3, 9)
    assert repr(value.value) == repr(float(text))


@pytest.mark.parametrize(
    ("source", "origin"),
    [
        (f"runs:/{RUN_ID}/model", Origin(place=Place(Holder.RUN, RUN_ID, "model"))),
        (f"mlflow-artifacts:/3/{RUN_ID}/artifacts/a/b", Origin(place=Place(Holder.RUN, RUN_ID, "a/b"))),
        (f"s3://bucket/0/{RUN_ID}/artifacts", Origin(place=Place(Holder.RUN, RUN_ID))),
        (f"models:/{MODEL_ID}", Origin(place=Place(Holder.LOGGED_MODEL, MODEL_ID))),
        (f"/x/models/{MODEL_ID}/artifacts/", Origin(place=Place(Holder.LOGGED_MODEL, MODEL_ID))),
        ("models:/churn model/3", Origin(version=("churn model", "3"))),
        ("s3://bucket/elsewhere", Origin(place=Place(Holder.LOCATION, "s3://bucket/elsewhere"))),
    ],
)
def test_a_source_says_whose_the_files_are(source: str, origin: Origin) -> None:
    assert origin_of(source, {}) == origin


def test_a_prompt_is_its_text() -> None:
    tags = {"mlflow.prompt.is_prompt": "true", "mlflow.prompt.text": "Say {{what}}."}
    assert origin_of("prompt-template", tags) == Origin(text="Say {{what}}.")


def test_an_address_is_shown_without_credentials() -> None:
    assert open_source("https://ann:secret@tracking.example/base/?x=1").uri == "https://tracking.example/base"


@pytest.mark.parametrize("uri", ["nowhere", "file:///nowhere/mlruns", "sqlite:///nowhere.db"])
def test_a_store_that_is_not_there_is_not_made(
    uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="no MLflow store at"):
        open_source(uri)
    assert list(tmp_path.iterdir()) == []


def test_a_run_has_the_same_id_always_and_sorts_by_its_start() -> None:
    early, late = (identities.run_id("mlflow", RUN_ID, at) for at in (1_000, 2_000))
    assert early == identities.run_id("mlflow", RUN_ID, 1_000) < late
    assert early != identities.run_id("mlflow", "2c" * 16, 1_000)


@given(st.text(max_size=600), st.text(max_size=600))
def test_names_fit_and_stay_apart(first: str, second: str) -> None:
    model, experiment = TypeAdapter(ModelName), TypeAdapter(ExperimentName)
    for name in (first, second):
        model.validate_python(identities.model_name(name))
        experiment.validate_python(identities.experiment_name(name or "x"))
    assert (identities.model_name(first) == identities.model_name(second)) == (first == second)


def test_points_are_told_apart_by_every_bit() -> None:
    there = [Point("k", 1, 2, math.nan), Point("k", 1, 2, 0.0)]
    wanted = [*there, Point("k", 1, 2, -0.0), Point("k", 1, 2, math.nan), Point("k", 2, 2, 0.0)]
    assert [(p.step, p.value.hex()) for p in points.missing(wanted, there)] == [
        (1, "-0x0.0p+0"),
        (2, "0x0.0p+0"),
    ]
    assert points.digest_of(wanted) == points.digest_of(reversed(wanted)) != points.digest_of(there)
