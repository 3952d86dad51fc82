import math
import warnings
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import lineal
from lineal.client import Client
from lineal_contract.problems import ProblemCode
from lineal_contract.runs import RunStatus
from tests.unit.sdk.fake_server import FakeServer, Refusal


def test_a_run_records_what_is_logged_and_ends_finished(server: FakeServer, client: Client) -> None:
    with lineal.run(experiment="e", name="n", params={"lr": 0.1, "layers": [1, 2]}, client=client) as run:
        run.log({"loss": 1.0, "val/loss": 2.0}, step=3)
        run.log({"loss": 0.5})
        run.log_params({"epochs": 5})
        run.set_tags({"team": "risk"})
    stored = server.runs[run.id]
    assert stored.status is RunStatus.FINISHED
    assert stored.params == {"lr": "0.1", "layers": "[1,2]", "epochs": "5"}
    assert stored.tags == {"team": "risk"}
    assert [(p.key, p.step, p.value) for p in server.points(run.id)] == [
        ("loss", 3, 1.0), ("val/loss", 3, 2.0), ("loss", 4, 0.5),
    ]  # fmt: skip
    assert stored.environment is not None
    assert "pydantic" in stored.environment.packages


def test_not_a_number_is_a_value_of_a_metric(server: FakeServer, client: Client) -> None:
    with lineal.run(client=client) as run:
        for value in (math.nan, math.inf, -math.inf):
            run.log({"loss": value})
    assert [str(p.value) for p in client.runs.get(run.id).metric("loss")] == ["nan", "inf", "-inf"]


@pytest.mark.parametrize(
    "bad", [True, "1.0", None, [1.0], 1j, 10**400, np.bool_(1), np.ones(2), np.datetime64(1, "ns")]
)
def test_what_is_not_a_number_is_left_out_and_told(client: Client, bad: object) -> None:
    run = lineal.run(client=client)
    run.log({"good": 1.0, "bad": bad})
    assert run.lost_points == 1
    with pytest.warns(lineal.LinealWarning, match=r"could not record 1 metric point$"):
        run.end()


class Tensor:
    """Has one element and no `item()`, as TensorFlow's."""

    def __float__(self) -> float:
        return 1.5


@pytest.mark.parametrize(
    "value", [Tensor(), Decimal("1.5"), Fraction(3, 2), np.float16(1.5), np.array([1.5]), pd.Series([1.5])]
)
@pytest.mark.parametrize("step", [4, 4.0, np.int8(4), np.float64(4)])
def test_whatever_is_one_number_is_a_value_and_a_whole_one_a_step(
    server: FakeServer, client: Client, value: object, step: Any
) -> None:
    with lineal.run(client=client) as run:
        run.log({"loss": value}, step=step)
    assert [(p.step, p.value) for p in server.points(run.id)] == [(4, 1.5)]


@pytest.mark.parametrize(
    ("metrics", "step", "why"),
    [
        ({"k" * 251: 1.0}, 0, "a name has 1 to 250 characters"),
        ({"loss": 10**400}, 0, "metric 'loss' is too large a number"),
        ({"loss": "1"}, 0, "metric 'loss' is not a number but str"),
        ({"loss": 1.0}, 4.5, "step 4.5 is not a 64-bit integer"),
    ],
)
def test_what_is_left_out_is_told_with_the_reason(
    client: Client, caplog: pytest.LogCaptureFixture, metrics: dict[str, Any], step: Any, why: str
) -> None:
    run = lineal.run(client=client)
    run.log(metrics, step=step)
    assert why in caplog.text
    with pytest.warns(lineal.LinealWarning):
        run.end()


def test_what_is_logged_after_the_end_is_lost_for_that_reason(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with lineal.run(client=client) as run:
        run.log({"loss": 1.0})
    run.log({"loss": 2.0})
    assert run.lost_points == 1
    assert "the run has ended" in caplog.text


@pytest.mark.parametrize(
    ("key", "step"), [("", 0), ("a\nb", 0), ("\ud800", 0), ("k" * 251, 0), ("k", 0.5), ("k", 2**63)]
)
def test_log_never_raises(client: Client, key: str, step: int) -> None:
    run = lineal.run(client=client)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run.log({key: 1.0}, step=step)
        run.log(3.0)  # type: ignore[arg-type]
    assert run.lost_points == 2
    with pytest.warns(lineal.LinealWarning):
        run.end()


@pytest.mark.parametrize(
    ("raised", "status", "error"),
    [
        (ValueError("no data"), RunStatus.FAILED, "ValueError: no data"),
        (KeyboardInterrupt(), RunStatus.KILLED, "SIGINT"),
        (TimeoutError(), RunStatus.FAILED, "TimeoutError"),
        (SystemExit(0), RunStatus.FINISHED, None),
        (SystemExit(3), RunStatus.FAILED, "SystemExit: 3"),
    ],
)
def test_an_exception_ends_the_run_and_goes_on(
    server: FakeServer, client: Client, raised: BaseException, status: RunStatus, error: str | None
) -> None:
    with pytest.raises(type(raised)) as caught, lineal.run(client=client) as run:
        raise raised
    assert caught.value is raised
    assert (server.runs[run.id].status, server.runs[run.id].error) == (status, error)


@pytest.mark.parametrize("status", ["weird", "running", "lost", None])
def test_a_status_that_is_no_end_is_refused_and_the_run_goes_on(
    server: FakeServer, client: Client, status: Any
) -> None:
    run = lineal.run(client=client)
    with pytest.raises(lineal.InputError, match="finished, failed or killed"):
        run.end(status)
    run.log({"loss": 1.0})
    run.end("failed", "by hand")
    assert (server.runs[run.id].status, len(server.points(run.id))) == (RunStatus.FAILED, 1)


def test_tags_that_are_no_mapping_are_an_input_error(client: Client) -> None:
    with pytest.raises(lineal.InputError, match="not list"):
        lineal.run(client=client, tags=["a"])  # type: ignore[arg-type]


def test_a_run_that_cannot_be_ended_does_not_hide_what_stopped_it(server: FakeServer, client: Client) -> None:
    run = lineal.run(client=client)
    server.refusals["update_run"] = Refusal(503, ProblemCode.UNAVAILABLE)
    with (
        pytest.raises(ZeroDivisionError),
        pytest.warns(lineal.LinealWarning, match="not whole on the server"),
        run,
    ):
        raise ZeroDivisionError


def test_points_that_the_server_refuses_are_told_at_the_end(server: FakeServer, client: Client) -> None:
    server.refusals["log_chunk"] = Refusal(400, ProblemCode.INVALID_REQUEST, "no")
    with pytest.warns(lineal.LinealWarning, match="1 metric point"), lineal.run(client=client) as run:
        run.log({"loss": 1.0})
    assert run.lost_points == 1


def test_the_end_says_how_to_find_the_run(
    client: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LINEAL_QUIET")
    with lineal.run(client=client) as run:
        pass
    (line,) = capsys.readouterr().err.splitlines()
    assert f"lineal runs show {run.id}" in line
    assert "alpha" in line


def test_the_end_says_what_waits(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("LINEAL_QUIET")
    monkeypatch.setenv("LINEAL_MODE", "offline")
    with lineal.run() as run:
        run.log({"loss": 1.0, "mae": 2.0})
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        f"lineal: 2 metric points and 2 changes of run {run.id} wait on this machine; "
        "deliver them with: lineal sync"
    )


def test_a_param_keeps_its_value(client: Client) -> None:
    with lineal.run(params={"lr": 1}, client=client) as run, pytest.raises(lineal.ConflictError) as caught:
        run.log_params({"lr": 2})
    assert caught.value.code == "param_changed"
    assert isinstance(caught.value, lineal.ParamChangedError)
    assert [(c.key, c.recorded, c.sent) for c in caught.value.changed] == [("lr", "1", "2")]
    assert "lr is '1', not '2'" in str(caught.value)


def test_too_long_a_param_is_an_input_error(client: Client) -> None:
    with pytest.raises(lineal.InputError, match="params"):
        lineal.run(params={"p": "x" * 6_001}, client=client)


def test_run_ids_sort_by_time(client: Client) -> None:
    from lineal.ids import new_id

    ids = [new_id() for _ in range(3)]
    assert all(len(i) == 32 and i[12] == "7" and i[16] in "89ab" for i in ids)
    assert [i[:12] for i in ids] == sorted(i[:12] for i in ids)


def test_registering_from_a_run(server: FakeServer, client: Client, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"weights")
    with lineal.run(client=client) as run:
        artifact = run.log_artifact(tmp_path / "model.bin", name="model")
    version = lineal.register("net", artifact, run=run, client=client)
    assert (version.version, version.run_id, version.artifact) == (1, run.id, "model")
    assert lineal.register("net", "model", run=run.id, client=client).version == 2


def test_the_package_functions_use_the_environment(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(lineal.ConfigurationError, match="LINEAL_API_URL"):
        lineal.get_run("0" * 32)
    monkeypatch.setenv("LINEAL_API_URL", "https://api.test")
    with pytest.raises(lineal.ConfigurationError, match="LINEAL_PROJECT"):
        lineal.get_run("0" * 32)


@pytest.mark.parametrize("ends", ["a block", "a call", "an exception"])
def test_warnings_point_at_the_line_that_led_to_them(server: FakeServer, client: Client, ends: str) -> None:
    server.refusals["log_chunk"] = Refusal(400, ProblemCode.INVALID_REQUEST, "no")
    with pytest.warns(lineal.LinealWarning, match="could not record") as caught, suppress(ZeroDivisionError):
        run = lineal.run(client=client)
        run.log({"loss": 1.0})
        if ends == "a call":
            run.end()
        else:
            with run:
                assert ends == "a block" or 1 / 0
    assert [warning.filename for warning in caught] == [__file__]


def test_what_a_notebook_shows_of_a_run_is_short(server: FakeServer, client: Client) -> None:
    with lineal.run(client=client, experiment="e", name="n") as run:
        pass
    assert repr(run) == f"<run {run.id} project={client.project!r} experiment='e'>"
    read = client.runs.get(run.id)
    assert repr(read) == (
        f"Run(run_id={run.id!r}, project={client.project!r}, experiment='e', name='n', status='finished', "
        "metrics={})"
    )
