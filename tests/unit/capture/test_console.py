"""What a training prints: shown at once, kept in the spool, delivered, and the last lines before a kill."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import lineal
from lineal.capture.console.session import Console
from lineal.client import Client
from tests.unit.capture.conftest import Cli, Train
from tests.unit.sdk.fake_server import FakeServer

START = "import os, subprocess, sys, time\nimport lineal\n"
MANY = (
    START
    + """
with lineal.run():
    for i in range(200_000):
        print("line", i)
"""
)


def printed(cli: Cli, server: FakeServer, stream: str | None = None) -> list[str]:
    """Deliver what the training left and return its lines."""
    result = cli("sync")
    assert result.exit_code == 0, result.output
    (run_id,) = server.runs
    arguments = ["runs", "logs", run_id, *([f"--{stream}"] if stream else [])]
    return cli(*arguments).stdout.splitlines()


def test_python_native_code_and_child_processes_are_shown_and_kept(
    train: Train, cli: Cli, server: FakeServer
) -> None:
    done = train(
        START
        + """
with lineal.run():
    print("python")
    os.write(1, b"native \\xff\\n")
    subprocess.run(["sh", "-c", "echo child; echo trouble >&2"])
print("after the run")
"""
    )
    assert done.stdout == b"python\nnative \xff\nchild\nafter the run\n"
    assert b"trouble\n" in done.stderr
    assert printed(cli, server, "stdout") == ["python", "native �", "child"]
    assert printed(cli, server, "stderr") == ["trouble"]


def test_the_last_lines_before_a_kill_are_readable(train: Train, cli: Cli, server: FakeServer) -> None:
    done = train(
        START
        + """
run = lineal.run()
for i in range(1_000):
    print("step", i)
print("the last words", end="")
sys.stdout.flush()
os.kill(os.getpid(), 9)
"""
    )
    assert done.returncode == -signal.SIGKILL
    lines = [*(f"step {i}" for i in range(1_000)), "the last words"]
    assert done.stdout.decode() == "\n".join(lines)
    assert printed(cli, server) == lines


def test_a_progress_bar_is_one_line(train: Train, cli: Cli, server: FakeServer) -> None:
    train(
        START
        + """
with lineal.run():
    for i in range(101):
        print(f"\\r\\x1b[32m{i}%\\x1b[0m", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print("done", file=sys.stderr)
"""
    )
    assert printed(cli, server) == ["100%", "done"]


def test_secrets_are_shown_and_not_kept(train: Train, cli: Cli, server: FakeServer) -> None:
    done = train(
        START + "with lineal.run():\n    print('using', os.environ['SERVICE_TOKEN'], 'password=hunter22')\n",
        SERVICE_TOKEN="0123456789-this-is-it",
    )
    assert b"0123456789-this-is-it" in done.stdout
    assert printed(cli, server) == ["using [redacted] password=[redacted]"]


def test_too_much_keeps_the_beginning_and_the_end_and_says_so(
    train: Train, cli: Cli, server: FakeServer
) -> None:
    done = train(MANY, LINEAL_LOG_LIMIT_MB="1")
    assert done.stdout.count(b"\n") == 200_000
    lines = printed(cli, server)
    (gap,) = [i for i, line in enumerate(lines) if "were dropped here" in line]
    dropped = int(lines[gap].split()[0].removeprefix("["))
    assert (lines[0], lines[-1]) == ("line 0", "line 199999")
    assert len(lines) - 1 + dropped == 200_000
    assert sum(map(len, lines)) < 2 * 1024 * 1024


def test_on_a_terminal_the_program_still_has_one(spool: Path, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(
        START
        + """
with lineal.run(capture={"stdout": True}):
    print(sys.stdout.isatty(), os.get_terminal_size(1).columns)
"""
    )
    master, slave = pty.openpty()
    import fcntl
    import struct
    import termios

    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 77, 0, 0))
    environment = os.environ | {"LINEAL_MODE": "offline", "PYTHONPATH": str(Path(lineal.__file__).parents[1])}
    done = subprocess.Popen([sys.executable, str(script)], env=environment, stdout=slave)
    os.close(slave)
    assert done.wait(60) == 0
    assert os.read(master, 1000) == b"True 77\r\n"
    os.close(master)


def test_where_stdout_is_an_object_what_is_written_to_it_is_copied(
    server: FakeServer, client: Client, spool: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sys.stdout
    with lineal.run(client=client, capture={"stdout": True}) as run:
        assert sys.stdout is not before
        print("from a notebook")  # noqa: T201
        os.write(1, b"from native code\n")
    assert sys.stdout is before
    assert capsys.readouterr().out == "from a notebook\n"
    lines = sorted(line.text for line in client.runs.logs(run.id))
    assert lines == ["from a notebook", "from native code"]
    assert [line.text for line in client.runs.get(run.id).logs(tail=1)] == [lines[0]] or lines


def test_if_the_copying_process_dies_the_program_goes_on(train: Train) -> None:
    done = train(
        START
        + """
import lineal.capture.running as running
with lineal.run() as run:
    print("before")
    console = run._context.capturing._console
    console.complete()
    console._process.kill()
    console._process.wait()
    while console.is_alive() and not console._ended:
        time.sleep(0.01)
    for i in range(100_000):
        print("after", i)
"""
    )
    assert done.returncode == 0
    assert done.stdout.count(b"after") == 100_000


def test_a_copying_process_that_is_through_before_it_is_asked_is_no_trouble(
    train: Train, cli: Cli, server: FakeServer
) -> None:
    done = train(
        START
        + """
from lineal.capture.console.session import Console

put_back = Console._put_back

def and_wait_for_its_end(self):
    put_back(self)
    self._process.wait(30)

Console._put_back = and_wait_for_its_end
with lineal.run():
    print("all of it")
print("after the run")
"""
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == b"all of it\nafter the run\n"
    assert b"may be recorded" not in done.stderr
    assert printed(cli, server) == ["all of it"]


def test_without_a_folder_nothing_is_captured_and_nothing_fails(train: Train, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = train(START + "with lineal.run():\n    print('on')\n", LINEAL_SPOOL_DIR=str(tmp_path / "file"))
    assert (done.returncode, done.stdout) == (0, b"on\n")


def test_a_run_within_a_run_is_heard_by_both(train: Train, cli: Cli, server: FakeServer, spool: Path) -> None:
    done = train(
        START
        + """
with lineal.run(name="outer") as outer:
    with lineal.run(name="inner"):
        print("inside")
    print("outside")
"""
    )
    assert done.stdout == b"inside\noutside\n"
    assert cli("sync").exit_code == 0
    heard = {run.name: cli("runs", "logs", run_id, "--stdout").stdout for run_id, run in server.runs.items()}
    assert heard == {"outer": "inside\noutside\n", "inner": "inside\n"}


def test_a_process_that_joins_is_not_heard_twice(train: Train, cli: Cli, server: FakeServer) -> None:
    train(
        START
        + """
rank = "import lineal\\nwith lineal.run(): print('rank')"
with lineal.run() as run:
    subprocess.run([sys.executable, "-c", rank], env=os.environ | {"LINEAL_RUN_ID": run.id})
"""
    )
    assert printed(cli, server, "stdout") == ["rank"]


def test_nothing_begins_where_no_process_can_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "missing"))
    before = os.fstat(1)
    with pytest.raises(OSError, match="missing"):
        Console(tmp_path, ["stdout", "stderr"], lock=None, limit=10**6, run_id="01" * 16)
    assert os.fstat(1).st_ino == before.st_ino
