"""The state file, the locks, the port: what stands between commands."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lineal.local import emulator, locks, state
from lineal.local.directory import DataDirectory
from lineal.local.errors import BusyError, CrashedError, NotRunningError, PortInUseError, StateError
from lineal.local.project import STARTER_POLICY
from lineal.local.state import AccessKey, Identity, StackState
from lineal.local.status import Condition, inspect, require_up
from lineal_contract.policies import Policy, Stage
from lineal_contract.roles import Role

STATE = StackState(
    project="demo",
    port=4566,
    root=AccessKey(key_id="LINEAL0", secret="root-secret"),
    pid=1,
    identities={Identity.ADMIN: AccessKey(key_id="AKIA0", secret="admin-secret")},
)


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    directory = DataDirectory.at(tmp_path / "stack")
    directory.create()
    return directory


def test_a_saved_state_comes_back(data: DataDirectory) -> None:
    state.save(data.state_file, STATE)
    assert state.load(data.state_file) == STATE


def test_the_state_is_closed_to_others_and_to_git(data: DataDirectory) -> None:
    state.save(data.state_file, STATE)
    assert data.state_file.stat().st_mode & 0o777 == 0o600
    assert data.root.stat().st_mode & 0o777 == 0o700
    assert (data.root / ".gitignore").read_text() == "*\n"


def test_secrets_do_not_show() -> None:
    assert "secret" not in repr(STATE)


def test_a_broken_state_is_an_error_that_names_the_file(data: DataDirectory) -> None:
    data.state_file.write_text("{")
    with pytest.raises(StateError, match=r"state\.json"):
        state.load(data.state_file)


def test_every_identity_has_a_duty_of_its_own() -> None:
    assert {identity.role for identity in Identity} == set(Role)


def test_the_starter_policy_asks_a_person_before_production() -> None:
    policy = Policy.model_validate_json(STARTER_POLICY.read_bytes())
    assert policy.stages[Stage.PRODUCTION].approvals >= 1


def test_nothing_there_is_down(tmp_path: Path) -> None:
    data = DataDirectory.at(tmp_path / "nowhere")
    assert inspect(data).condition is Condition.DOWN
    with pytest.raises(NotRunningError, match="lineal local up"):
        require_up(data)


def test_a_process_that_is_gone_is_a_crash(data: DataDirectory) -> None:
    state.save(data.state_file, STATE)
    assert inspect(data).condition is Condition.CRASHED
    with pytest.raises(CrashedError, match="last clean stop"):
        require_up(data)


def test_a_lock_is_held_by_who_inherited_it(data: DataDirectory) -> None:
    lock = locks.take(data.emulator_lock)
    assert lock is not None
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE, pass_fds=(lock,)
    )
    os.close(lock)
    try:
        assert locks.is_held(data.emulator_lock)
        assert locks.take(data.emulator_lock) is None
    finally:
        child.communicate()
    assert not locks.is_held(data.emulator_lock)


def test_two_commands_do_not_work_on_one_stack(data: DataDirectory) -> None:
    with (
        locks.held(data.command_lock, busy="first"),
        pytest.raises(BusyError, match="second"),
        locks.held(data.command_lock, busy="second"),
    ):
        pass


def test_a_taken_port_is_an_error() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortInUseError, match=str(port)):
            emulator.claim_port(port)


def test_without_a_port_a_free_one_is_taken() -> None:
    with emulator.claim_port(None) as first, emulator.claim_port(None) as second:
        assert first.getsockname()[1] != second.getsockname()[1]
        assert first.getsockname()[0] == "127.0.0.1"
