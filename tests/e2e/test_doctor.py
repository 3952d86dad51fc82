"""`lineal doctor` on a stack that is up."""

import json
import os
import subprocess
import sys

from lineal.local import Identity, Stack


def doctor(environment: dict[str, str]) -> tuple[int, dict[str, str]]:
    """Run it as a process of its own; return its exit code and the verdict of each check."""
    command = [sys.executable, "-m", "lineal", "doctor", "--json"]
    clean = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run(command, env=clean | environment, capture_output=True, text=True, check=False)
    return done.returncode, {f["check"]: f["verdict"] for f in json.loads(done.stdout)["findings"]}


def test_all_is_well(stack: Stack) -> None:
    code, verdicts = doctor(stack.environment(Identity.SCIENTIST))
    assert code == 0
    assert set(verdicts.values()) <= {"ok", "warning"}
    assert verdicts["permissions"] == "ok"


def test_keys_that_nobody_knows_are_refused(stack: Stack) -> None:
    stranger = {
        "AWS_ACCESS_KEY_ID": "AKIA0000000000000000",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "LINEAL_TOKEN": "",
    }
    code, verdicts = doctor(stack.environment(Identity.SCIENTIST) | stranger)
    assert code == 1
    assert (verdicts["reachable"], verdicts["permissions"]) == ("ok", "failed")
