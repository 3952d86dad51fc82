"""Params from whatever holds a configuration, flattened, typed, and kept as they were."""

import argparse
import dataclasses
import enum
import json
import math
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf
from pydantic import BaseModel

import lineal
from lineal.client import Client
from lineal.tracking.params import as_params, typed
from lineal_contract.artifacts import ArtifactKind
from tests.unit.sdk.fake_server import FakeServer


class Sampler(enum.Enum):
    TPE = "tpe"


@dataclasses.dataclass
class Optimizer:
    lr: float = 0.1
    betas: tuple[float, float] = (0.9, 0.99)


class Settings(BaseModel):
    optimizer: Optimizer = Optimizer()
    seed: int = 7


NESTED = {"optimizer.lr": "0.1", "optimizer.betas": "[0.9,0.99]", "seed": "7"}


@pytest.mark.parametrize(
    "source",
    [
        {"optimizer": {"lr": 0.1, "betas": [0.9, 0.99]}, "seed": 7},
        {"optimizer": Optimizer(), "seed": np.int64(7)},
        argparse.Namespace(optimizer=Optimizer(), seed=7),
        Settings(),
        OmegaConf.create({"base": 7, "optimizer": {"lr": 0.1, "betas": [0.9, 0.99]}, "seed": "${base}"}),
        {"optimizer": OmegaConf.structured(Optimizer()), "seed": 7},
    ],
    ids=["dict", "dataclass", "namespace", "pydantic", "omegaconf", "omegaconf in a dict"],
)
def test_every_form_gives_the_same_params(source: Any) -> None:
    values = as_params(source).values
    values.pop("base", None)
    assert values == NESTED


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.yaml", "optimizer: {lr: 0.1, betas: [0.9, 0.99]}  # tuned\nseed: 7\n"),
        ("c.json", '{"optimizer": {"lr": 0.1, "betas": [0.9, 0.99]}, "seed": 7}'),
        ("c.toml", "seed = 7\n[optimizer]\nlr = 0.1\nbetas = [0.9, 0.99]\n"),
    ],
)
def test_files_are_read_and_kept(
    server: FakeServer, client: Client, tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    with lineal.run(params=tmp_path / name, client=client) as run:
        run.log_params(str(tmp_path / name))
    stored = server.runs[run.id]
    assert stored.params == NESTED
    kept = {a.name: a for a in stored.artifacts}
    (artifact,) = kept.values()
    assert (artifact.kind, artifact.name.rpartition("/")[2]) == (ArtifactKind.CONFIG, name)
    assert server.objects[artifact.files[0].object.digest] == text.encode()


def test_a_nested_structure_is_kept_and_a_flat_one_is_whole_in_its_params(
    server: FakeServer, client: Client
) -> None:
    with lineal.run(params={"a": 1, "b": [1, 2]}, client=client) as run:
        assert server.runs[run.id].artifacts == ()
        run.log_params({"model": {"layers": [{"units": 8}, {"units": 4}]}})
    (artifact,) = server.runs[run.id].artifacts
    kept = json.loads(server.objects[artifact.files[0].object.digest])
    assert kept == {"model": {"layers": [{"units": 8}, {"units": 4}]}}
    assert server.runs[run.id].params == {
        "a": "1", "b": "[1,2]", "model.layers.0.units": "8", "model.layers.1.units": "4",
    }  # fmt: skip


def test_omegaconf_is_kept_with_its_interpolations(server: FakeServer, client: Client) -> None:
    with lineal.run(params=OmegaConf.create({"a": 1, "b": "${a}"}), client=client) as run:
        pass
    (artifact,) = server.runs[run.id].artifacts
    assert b"${a}" in server.objects[artifact.files[0].object.digest]


def test_an_interpolation_that_leads_nowhere_is_an_input_error() -> None:
    with pytest.raises(lineal.InputError, match="resolved"):
        as_params(OmegaConf.create({"b": "${nowhere}"}))


VALUES: dict[str, Any] = {
    "int": 3, "float": 1e-5, "nan": math.nan, "yes": True, "no": False, "none": None, "text": "3",
    "list": [1, "a", None], "nothing": {}, "empty": "", "inf": [math.inf],
}  # fmt: skip


def test_values_come_back_with_their_types(server: FakeServer, client: Client) -> None:
    with lineal.run(params=VALUES, client=client) as run:
        pass
    back = client.runs.get(run.id).typed_params
    assert repr(back) == repr(VALUES)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec="utf-8"))


@given(st.dictionaries(st.text("abc", min_size=1), scalars | st.lists(scalars)))
def test_what_is_flat_is_told_by_text_and_type(values: dict[str, Any]) -> None:
    params = as_params(values)
    assert repr(typed(params.values, params.types)) == repr(values)


@pytest.mark.parametrize(
    "source",
    [
        {"a": {"b": 1}, "a.b": 2},
        {1: "a", "1": "b"},
        {"\u00e9": 1, "e\u0301": 2},
    ],
    ids=["flattened", "as text", "normal forms"],
)
def test_two_values_for_one_key_are_refused(source: dict[Any, Any]) -> None:
    with pytest.raises(lineal.InputError):
        as_params(source)


def test_names_are_composed() -> None:
    assert as_params({"e\u0301": 1}).values == {"\u00e9": "1"}
    assert as_params({"a": {"b": 1}, "a.b": 1}).values == {"a.b": "1"}


@pytest.mark.parametrize(
    "key", ["", "k" * 251, "a\0b", "a\nb", "\ud800", "a\u200bb", "\u202etxt", "\ufeffa"], ids=ascii
)
def test_a_key_that_nobody_could_read_is_refused(client: Client, key: str) -> None:
    with lineal.run(client=client) as run:
        for record in (run.log_params, run.set_tags):
            with pytest.raises(lineal.InputError):
                record({key: 1})


@pytest.mark.parametrize("value", ["\ud800", "x" * 6_001])
def test_a_value_that_cannot_be_sent_is_refused(client: Client, value: str) -> None:
    with lineal.run(client=client) as run, pytest.raises(lineal.InputError):
        run.log_params({"a": value})


def circle() -> dict[str, Any]:
    around: dict[str, Any] = {}
    around["again"] = around
    return around


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{n}: &{n} [{','.join([f'*{p}'] * 9)}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "source", [circle(), {str(n): n for n in range(1_001)}, 3, ["a"], "a.ini", "absent.json"]
)
def test_what_holds_no_params_is_an_input_error(source: Any) -> None:
    with pytest.raises(lineal.InputError):
        as_params(source)


@pytest.mark.parametrize(
    ("name", "text"),
    [("c.yaml", BOMB), ("c.yaml", "- 1"), ("c.yaml", "a: [1"),
     ("c.yaml", "!!python/object/apply:os.getcwd []"),
     ("c.json", "{"), ("c.json", "[" * 100_000), ("c.toml", "a = ")],
)  # fmt: skip
def test_a_file_that_holds_no_params_is_an_input_error(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(lineal.InputError):
        as_params(tmp_path / name)


def test_objects_go_by_a_name_that_does_not_move() -> None:
    assert as_params({"loss": math.sqrt, "sampler": Sampler.TPE, "kind": Path}).values == {
        "loss": "math.sqrt", "sampler": "tpe", "kind": f"{Path.__module__}.Path",
    }  # fmt: skip


@dataclasses.dataclass
class Late:
    lr: float = 0.1
    found: int = dataclasses.field(init=False)


class Betas(NamedTuple):
    first: float = 0.9
    second: float = 0.99


@pytest.mark.parametrize(
    ("source", "values"),
    [
        (Late(), {"lr": "0.1"}),
        (Betas(), {"first": "0.9", "second": "0.99"}),
        ({"betas": Betas()}, {"betas.first": "0.9", "betas.second": "0.99"}),
        (SimpleNamespace(lr=0.1, of=SimpleNamespace(seed=7)), {"lr": "0.1", "of.seed": "7"}),
        ({"kind": np.float32, "width": np.dtype("f4")}, {"kind": "numpy.float32", "width": "float32"}),
        ({"columns": pl.Series(["a", "b"]), "one": pl.Series([1])}, {"columns": '["a","b"]', "one": "[1]"}),
        ({"columns": pd.Series([1, 2]), "index": pd.Index(["a"])}, {"columns": "[1,2]", "index": '["a"]'}),
        ({"since": np.datetime64("2026-11-22", "ns")}, {"since": "2026-11-22T00:00:00.000000000"}),
        ({"days": pd.Series(pd.to_datetime(["2026-11-22"]))}, {"days": '["2026-11-22"]'}),
        ({"one": np.array(1.5), "many": np.eye(2)}, {"one": "1.5", "many": "[[1.0,0.0],[0.0,1.0]]"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_other_libraries_hold_is_read(source: Any, values: dict[str, str]) -> None:
    assert as_params(source).values == values


def test_a_number_that_nobody_could_write_is_an_input_error() -> None:
    with pytest.raises(lineal.InputError, match="4,000 digits"):
        as_params({"seed": 10**5_000})


def test_a_metric_is_one_however_its_name_is_written(server: FakeServer, client: Client) -> None:
    with lineal.run(client=client) as run:
        run.log({"e\u0301": 1.0})
        run.log({"\u00e9": 2.0})
    assert [(p.key, p.step) for p in server.points(run.id)] == [("\u00e9", 0), ("\u00e9", 1)]
    for key in ("e\u0301", "\u00e9"):
        assert [p.value for p in client.runs.get(run.id).metric(key)] == [1.0, 2.0]
        (series,) = client.runs.metrics([run.id], key)
        assert len(series.points) == 2


def test_omegaconf_is_not_imported_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "omegaconf", None)
    assert as_params({"a": {"b": 1}}).values == {"a.b": "1"}


SECRET = "hunter22"


@pytest.mark.parametrize(
    "source",
    [
        argparse.Namespace(lr=0.1, password=SECRET),
        {"lr": 0.1, "db": {"password": SECRET}},
        {"lr": 0.1, "servers": [{"apiKey": SECRET}]},
        {"lr": 0.1, "db": f"postgres://ann:{SECRET}@host/db"},
        OmegaConf.create({"lr": 0.1, "secret": SECRET}),
    ],
    ids=["namespace", "nested", "listed", "address", "omegaconf"],
)
def test_a_password_among_params_is_not_recorded(
    server: FakeServer, client: Client, source: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with lineal.run(client=client, capture=False, params=source) as run:
        run.log_params(source)
    stored = server.runs[run.id]
    assert stored.params["lr"] == "0.1"
    assert SECRET not in stored.model_dump_json()
    assert "[redacted]" in stored.model_dump_json()
    assert not any(SECRET.encode() in content for content in server.objects.values())
    assert SECRET not in caplog.text


def test_a_file_with_a_password_is_kept_without_it(
    server: FakeServer, client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "conf.yaml").write_text(f"lr: 0.1\nservice:\n  api_key: {SECRET}  # mine\n")
    with lineal.run(client=client, capture=False, params=tmp_path / "conf.yaml") as run:
        pass
    (artifact,) = server.runs[run.id].artifacts
    assert artifact.name.endswith("/params.json")
    assert [json.loads(content) for content in server.objects.values()] == [
        {"lr": 0.1, "service": {"api_key": "[redacted]"}}
    ]
    assert "service.api_key" in caplog.text
