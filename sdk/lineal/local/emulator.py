"""The emulator's process: how it is started, how its health is seen, how it is stopped."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from lineal.local import locks, mending, signing_key
from lineal.local.directory import DataDirectory
from lineal.local.errors import BusyError, EmulatorError, PortInUseError
from lineal.local.guard import HEALTH_PATH
from lineal.local.state import ACCOUNT, HOST, REGION, AccessKey

START_SECONDS = 60.0
STOP_SECONDS = 60.0
_KILL_SECONDS = 10.0
_PAUSE = 0.05
_LOG_TAIL = 20
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PYTHONPATH")
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def claim_port(port: int | None) -> socket.socket:
    """Return a loopback socket bound to `port`, or to a free one. Raises PortInUseError."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port or 0))
        listener.listen()  # some systems report a taken port only here
    except OSError as error:
        listener.close()
        raise PortInUseError(port or 0) from error
    return listener


def start(data: DataDirectory, listener: socket.socket, root: AccessKey) -> "subprocess.Popen[bytes]":
    """Start the emulator on `listener`, in a session of its own, and return when it answers.

    The listener becomes the emulator's and is closed here.
    The process inherits the emulator lock of `data` and holds it until it ends. Raises BusyError if another
    one does, EmulatorError with the end of its log if it dies or does not answer in time.
    """
    port = listener.getsockname()[1]
    with listener:
        lock = locks.take(data.emulator_lock, wait=1.0)
        if lock is None:
            raise BusyError(f"an emulator already runs in {data.root}")
        try:
            process = _spawn(data, listener, root, lock)
        finally:
            os.close(lock)
    try:
        _wait_until_ready(data, process, port)
    except BaseException:
        process.kill()
        reap(process)
        raise
    return process


def _spawn(
    data: DataDirectory, listener: socket.socket, root: AccessKey, lock: int
) -> "subprocess.Popen[bytes]":
    shutil.rmtree(data.scratch, ignore_errors=True)
    data.create()
    mending.forget_stream_positions(data)
    port = listener.getsockname()[1]
    with data.emulator_log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "lineal.local.serve", str(listener.fileno())],
            env=_environment(data, port, root),
            cwd=data.root,
            pass_fds=(listener.fileno(), lock),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _environment(data: DataDirectory, port: int, root: AccessKey) -> dict[str, str]:
    """Only what is named here: a developer's profile must not reach the functions, which inherit it."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {
        "AUTH": "true",
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "AWS_ACCESS_KEY_ID": root.key_id,
        "AWS_SECRET_ACCESS_KEY": root.secret,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(data.services),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(data.objects),
        "TMPDIR": str(data.scratch),
        "LINEAL_SIGNING_KEY": f"file://{signing_key.ensure(data.signing_key)}",
        "IOT_MTLS_ENABLED": "0",  # would listen on a fixed port
        "SFTP_ENABLED": "0",
        "PYTHONUNBUFFERED": "1",
    }


def _wait_until_ready(data: DataDirectory, process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_healthy(port):
        if process.poll() is not None:
            raise EmulatorError(f"the emulator ended at its start:\n{log_tail(data)}")
        if time.monotonic() >= deadline:
            raise EmulatorError(f"the emulator did not answer in {START_SECONDS:.0f} s:\n{log_tail(data)}")
        time.sleep(_PAUSE)


def is_healthy(port: int) -> bool:
    """Say whether an emulator answers on `port`."""
    try:
        with _opener.open(f"http://{HOST}:{port}{HEALTH_PATH}", timeout=1) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def is_alive(data: DataDirectory) -> bool:
    """Say whether the emulator of `data` lives, whoever started it."""
    return locks.is_held(data.emulator_lock)


def stop(data: DataDirectory, pid: int) -> None:
    """End the emulator of `data` so that it writes its state, and the functions it started.

    Raises EmulatorError if it had to be killed: what came after the last clean stop is lost then.
    """
    if is_alive(data):
        _signal(pid, signal.SIGTERM)
    clean = locks.wait_until_free(data.emulator_lock, STOP_SECONDS)
    _signal_group(pid)
    if not clean:
        locks.wait_until_free(data.emulator_lock, _KILL_SECONDS)
        raise EmulatorError(f"the emulator did not stop in {STOP_SECONDS:.0f} s and was killed")


def reap(process: "subprocess.Popen[bytes]") -> None:
    """Collect an emulator that has ended, and end the functions it left behind."""
    process.wait()
    _signal_group(process.pid)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _signal_group(pid: int) -> None:
    """Kill what is left of the emulator's session: its functions, which have nothing to save."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def log_tail(data: DataDirectory) -> str:
    """Return the last lines that the emulator printed."""
    try:
        text = data.emulator_log.read_text(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-_LOG_TAIL:])
