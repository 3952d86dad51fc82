"""How the process ends is how the run ends."""

import json
import signal
from pathlib import Path

import pytest

from tests.unit.capture.conftest import Cli, Train
from tests.unit.sdk.fake_server import FakeServer

START = "import os, signal, sys\nimport lineal\nrun = lineal.run()\n"


@pytest.mark.parametrize(
    ("script", "code", "status", "error"),
    [
        ("", 0, "finished", None),
        ("raise ValueError('no data')", 1, "failed", "ValueError: no data"),
        ("sys.exit(0)", 0, "finished", None),
        ("sys.exit(3)", 3, "failed", "SystemExit: 3"),
        ("sys.exit('gone')", 1, "failed", "SystemExit: gone"),
        ("exit(3)", 3, "failed", "SystemExit: 3"),
        ("quit('gone')", 1, "failed", "SystemExit: gone"),
        ("try: sys.exit(3)\nexcept SystemExit: pass", 0, "finished", None),
        ("try: sys.exit(3)\nfinally: print('swept')", 3, "failed", "SystemExit: 3"),
        ("try: sys.exit(3)\nexcept SystemExit: raise", 3, "failed", "SystemExit: 3"),
        (
            "import threading\nt = threading.Thread(target=sys.exit, args=(3,))\nt.start()\nt.join()",
            0,
            "finished",
            None,
        ),
        ("raise KeyboardInterrupt", -signal.SIGINT, "killed", "SIGINT"),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM, "killed", "SIGTERM"),
        ("os.kill(os.getpid(), signal.SIGHUP)", -signal.SIGHUP, "killed", "SIGHUP"),
        ("os._exit(5)", 5, "running", None),
        ("if os.fork() == 0: sys.exit(7)\nos.wait()", 0, "finished", None),
    ],
)
def test_the_end_of_the_process_is_the_end_of_the_run(
    train: Train, cli: Cli, server: FakeServer, script: str, code: int, status: str, error: str | None
) -> None:
    assert train(START + script, capture="EXIT TRACEBACK").returncode == code
    assert cli("sync").exit_code == 0
    (run,) = server.runs.values()
    assert (run.status, run.error) == (status, error)


@pytest.mark.parametrize("inside", [True, False], ids=["in a block", "without a block"])
def test_a_program_s_own_handler_is_called_and_the_signal_told(
    train: Train, cli: Cli, server: FakeServer, inside: bool
) -> None:
    block = "with run: " if inside else ""
    done = train(
        "import os, signal, sys\nimport lineal\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('saved', flush=True), sys.exit(0)))\n"
        f"run = lineal.run()\n{block}os.kill(os.getpid(), signal.SIGTERM)\n",
        capture="EXIT",
    )
    assert (done.returncode, done.stdout) == (0, b"saved\n")
    assert cli("sync").exit_code == 0
    (run,) = server.runs.values()
    assert (run.status, run.error) == ("killed", "SIGTERM")


def test_handlers_and_hooks_are_put_back(train: Train) -> None:
    done = train(
        "import signal, sys\nimport lineal\n"
        "before = (signal.getsignal(signal.SIGTERM), sys.excepthook, sys.exit, exit, quit)\n"
        "with lineal.run(): assert signal.getsignal(signal.SIGTERM) is not before[0]\n"
        "assert before == (signal.getsignal(signal.SIGTERM), sys.excepthook, sys.exit, exit, quit)\n",
        capture="EXIT",
    )
    assert done.returncode == 0, done.stderr


def test_the_traceback_is_kept_bounded_and_without_secrets(
    train: Train, cli: Cli, server: FakeServer, tmp_path: Path
) -> None:
    train(
        "import lineal\n"
        "def deep(n):\n"
        "    if n: deep(n - 1) if n % 2 else deep(n - 1)\n"
        "    else: raise RuntimeError('https://ann:s3cret-word@host.test/x ' + 'y' * 20_000)\n"
        "with lineal.run(): deep(20)\n",
        capture="EXIT TRACEBACK",
    )
    assert cli("sync").exit_code == 0
    (run,) = server.runs.values()
    assert run.traceback is not None
    assert run.traceback.startswith("Traceback (most recent call last)")
    assert "characters left out" in run.traceback
    assert len(run.traceback) < 8_000
    assert "s3cret-word" not in json.dumps([run.error, run.traceback])
