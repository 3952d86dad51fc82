"""No setting of the machine decides a test, and no test can reach a real account."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

TESTS = Path(__file__).parent
WHOLE = ("infra", "packaging")
"""Folders whose files share what takes long to make: a synthesis per target, a wheel."""

# Looking for garbage among all that was imported, again and again, was a tenth of the processor time.
gc.set_threshold(200_000, 20, 100)

# How long an example takes is the machine's business: a busy one must not make a test red.
settings.register_profile("lineal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lineal")


class ByFile(LoadFileScheduling):
    """Gives a file's tests to one process, and those of some folders."""

    def _split_scope(self, nodeid: str) -> str:
        file = Path(super()._split_scope(nodeid)).relative_to(TESTS.name)
        return file.parts[0] if file.parts[0] in WHOLE else str(file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile | None:
    """Say which tests go where with `--dist loadfile`, as `make test` has it."""
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """Take what is there by now for garbage no more: it lives as long as the session."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _ambient(monkeypatch: pytest.MonkeyPatch) -> None:
    set_ambient(monkeypatch)


def set_ambient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the machine's account and settings; fixtures of a wider scope than a test call it themselves."""
    for name in [n for n in os.environ if n.startswith(("AWS_", "LINEAL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)


@pytest.fixture(autouse=True)
def _spool_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / "state"))


@pytest.fixture(autouse=True)
def _capture_little(monkeypatch: pytest.MonkeyPatch, _ambient: None) -> None:
    """What a run captures beside the training has tests of its own; the others are quicker without it."""
    for item in ("STDOUT", "STDERR", "SYSTEM", "HEARTBEAT", "EXIT", "LOCKFILE"):
        monkeypatch.setenv(f"LINEAL_CAPTURE_{item}", "off")
