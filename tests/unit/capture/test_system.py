"""Samples of the machine, GPUs with and without a driver, heartbeats, and threads that outlive what fails."""

import subprocess
import sys
import threading
import types
from pathlib import Path

import pytest

import lineal
from lineal.capture import running
from lineal.capture.gpus import Gpus
from lineal.capture.hardware import capture_hardware
from lineal.capture.periodic import Periodic
from lineal.capture.system import System
from lineal.client import Client
from lineal.errors import ServerError
from lineal_contract.runs import MetricSummary
from tests.unit.capture.conftest import Cli
from tests.unit.sdk.fake_server import FakeServer

EVERYWHERE = {
    "system/cpu_percent", "system/memory_percent", "system/memory_used_bytes", "system/disk_used_percent",
    "system/process_cpu_percent", "system/process_memory_bytes",
}  # fmt: skip


def test_a_sample_has_numbers_of_the_machine_and_of_the_process() -> None:
    system = System()
    sum(range(2_000_000))
    _, values = system.sample()
    assert set(values) >= EVERYWHERE
    assert values["system/process_cpu_percent"] > 0
    assert 0 < values["system/process_memory_bytes"] <= values["system/memory_used_bytes"] * 4
    assert all(value >= 0 for value in values.values())


def test_children_count() -> None:
    system = System()
    before = system.sample()[1]["system/process_memory_bytes"]
    program = "held = bytearray(50_000_000); print(len(held), flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", program], **pipes) as child:  # type: ignore[call-overload]
        child.stdout.readline()
        assert system.sample()[1]["system/process_memory_bytes"] > before + 40_000_000
        child.communicate(b"\n")


class Nvml(types.ModuleType):
    """The library with one GPU that does not tell its power."""

    class NVMLError(Exception):
        pass

    def __init__(self, *, driver: bool = True) -> None:
        super().__init__("pynvml")
        self.driver = driver

    def nvmlInit(self) -> None:  # noqa: N802
        if not self.driver:
            raise self.NVMLError("no driver")

    def __getattr__(self, name: str) -> object:
        memory = types.SimpleNamespace(used=25, total=100)
        answers = {
            "nvmlDeviceGetCount": 1,
            "nvmlDeviceGetHandleByIndex": "handle",
            "nvmlDeviceGetName": b"A100",
            "nvmlDeviceGetUtilizationRates": types.SimpleNamespace(gpu=80),
            "nvmlDeviceGetMemoryInfo": memory,
            "nvmlDeviceGetTemperature": 60,
        }

        def answer(*_: object) -> object:
            if name not in answers:
                raise self.NVMLError(name)
            return answers[name]

        return answer


def test_gpus_tell_what_they_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", Nvml())
    assert Gpus().names() == ["A100"]
    assert Gpus().sample() == {
        "gpu0_utilization_percent": 80.0,
        "gpu0_memory_used_bytes": 25.0,
        "gpu0_memory_percent": 25.0,
        "gpu0_temperature_celsius": 60.0,
    }


@pytest.mark.parametrize("library", [None, Nvml(driver=False)], ids=["no library", "no driver"])
def test_no_gpu_is_no_error(monkeypatch: pytest.MonkeyPatch, library: object) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", library)  # type: ignore[arg-type]
    assert (Gpus().names(), Gpus().sample()) == ([], {})
    assert capture_hardware().gpus == ()


def test_hardware_is_what_the_machine_has() -> None:
    hardware = capture_hardware()
    assert (hardware.cpu_count or 0) >= 1
    assert (hardware.memory_bytes or 0) > 10**8
    assert hardware.cpu


def test_samples_and_heartbeats_reach_the_server(
    server: FakeServer, client: Client, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "HEARTBEAT_SECONDS", 0.01)
    with lineal.run(client=client, capture={"system": True, "heartbeat": True}) as run:
        while len(server.beats) < 2 or not run._context.capturing.sampled:  # type: ignore[union-attr]
            threading.Event().wait(0.01)
    assert {point.key for point in server.points(run.id)} >= EVERYWHERE
    assert set(server.beats) == {run.id}


def test_what_fails_is_tried_again_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    calls = threading.Semaphore(0)

    def fail() -> None:
        calls.release()
        raise ZeroDivisionError

    def refuse() -> None:
        calls.release()
        raise ServerError("later", status=503, code="unavailable")

    for call in (fail, refuse):
        periodic = Periodic("test", 0.001, call)
        for _ in range(3):
            assert calls.acquire(timeout=10)
        periodic.stop()
        periodic._thread.join()
    assert len([r for r in caplog.records if r.levelname == "WARNING"]) == 1


def test_lists_show_what_the_training_logged_alone(cli: Cli, server: FakeServer, client: Client) -> None:
    with lineal.run(client=client) as run:
        pass
    summary = {"last": 1.0, "min": 1.0, "max": 1.0, "step": 0, "timestamp": 0, "count": 1}
    metrics = {name: MetricSummary(**summary) for name in ("loss", "system/cpu_percent")}  # type: ignore[arg-type]
    server.runs[run.id] = server.runs[run.id].model_copy(update={"metrics": metrics})
    listed = cli("runs", "list").stdout
    assert "loss=1" in listed
    assert "system/" not in listed
