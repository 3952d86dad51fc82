"""As much of Step Functions as the workflows' own definitions need: they are run, not imitated.

Waiting and pauses between attempts take no time.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from tests.faults.wire import KilledError

Data = dict[str, Any]
Handler = Callable[[Data, object], Data]
_CRASH = "Sandbox.Timedout"
"""How Step Functions names the error of a function whose process ended."""


@dataclass
class Run:
    """One execution. `token` is set while it waits for its callback."""

    arn: str
    machine: str
    given: str
    state: str
    data: Data
    status: str = "RUNNING"
    token: str | None = None
    started_at: str = ""


class States:
    """A client of Step Functions, and the service behind it."""

    def __init__(self, machines: Mapping[str, tuple[Data, Handler]], clock: Callable[[], int]) -> None:
        """`machines` are definitions with the function of their tasks, by ARN."""
        self._machines, self._clock = machines, clock
        self.runs: dict[str, Run] = {}

    def start_execution(self, **asked: str) -> Data:
        """Start an execution; the same again is no error while it runs."""
        machine, given = asked["stateMachineArn"], asked["input"]
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{asked['name']}"
        present = self.runs.get(arn)
        if present is not None and (present.status != "RUNNING" or present.given != given):
            raise _error("ExecutionAlreadyExists")
        if present is None:
            start = self._machines[machine][0]["StartAt"]
            at = datetime.fromtimestamp(self._clock() / 1000, UTC).isoformat()
            self.runs[arn] = Run(arn, machine, given, start, json.loads(given), started_at=at)
        return {"executionArn": arn}

    def describe_execution(self, **asked: str) -> Data:
        """Say how an execution stands."""
        if asked["executionArn"] not in self.runs:
            raise _error("ExecutionDoesNotExist")
        return {"status": self.runs[asked["executionArn"]].status}

    def send_task_success(self, **asked: str) -> Data:
        """Wake the execution that waits for a token."""
        for run in self.runs.values():
            if run.token == asked["taskToken"]:
                run.token = None
                run.state = self._state(run)["Next"]
                return {}
        raise _error("TaskTimedOut")

    def work(self) -> bool:
        """Go on with every execution until it ends or waits; say whether any has moved."""
        ready = [run for run in self.runs.values() if run.status == "RUNNING" and run.token is None]
        for run in ready:
            while run.status == "RUNNING" and run.token is None:
                self._STEPS[self._state(run)["Type"]](self, run, self._state(run))
        return bool(ready)

    def _state(self, run: Run) -> Data:
        found: Data = self._machines[run.machine][0]["States"][run.state]
        return found

    def _map(self, run: Run, state: Data) -> None:
        """Work through the items one after another; the first that fails ends the state."""
        inner = state["ItemProcessor"]
        for item in _at(run.data, state["ItemsPath"]):
            given = _filled(state["ItemSelector"], run, "", {"$$.Map.Item.Value": item})
            branch = Run(run.arn, run.machine, run.given, inner["StartAt"], given)
            task = inner["States"][branch.state]
            payload = _filled(task["Parameters"]["Payload"], branch, "")
            error = self._attempts(branch, task, payload)
            if isinstance(error, str):
                return self._caught(run, state, error)
        run.state = state["Next"]
        return None

    def _task(self, run: Run, state: Data) -> None:
        waits = state["Resource"].endswith(".waitForTaskToken")
        token = f"token of {run.arn} in {run.state}"
        payload = _filled(state["Parameters"]["Payload"], run, token)
        error = self._attempts(run, state, payload)
        if isinstance(error, str):
            self._caught(run, state, error)
        elif waits:
            run.token = token
        else:
            self._keep(run, state, error)
            run.state = state["Next"]

    def _attempts(self, run: Run, state: Data, payload: Data) -> Data | str:
        """Return the function's answer, or the name of the error that it ended with."""
        (retry,) = state["Retry"]
        error = ""
        for _ in range(1 + retry["MaxAttempts"]):
            try:
                return self._machines[run.machine][1](payload, None)
            except KilledError:
                error = _CRASH
            except Exception as raised:
                error = type(raised).__name__
            if error not in retry["ErrorEquals"]:
                break
        return error

    def _caught(self, run: Run, state: Data, error: str) -> None:
        for catch in state.get("Catch", ()):
            if {error, "States.ALL", "States.TaskFailed"} & set(catch["ErrorEquals"]):
                run.data[catch["ResultPath"].removeprefix("$.")] = {"Error": error, "Cause": ""}
                run.state = catch["Next"]
                return
        run.status = "FAILED"

    def _keep(self, run: Run, state: Data, answer: Data) -> None:
        shaped = _filled(state.get("ResultSelector", {}), Run("", "", "", "", {"Payload": answer}), "")
        if "ResultPath" not in state:
            run.data = shaped
        elif state["ResultPath"] is not None:
            run.data[state["ResultPath"].removeprefix("$.")] = shaped

    def _choice(self, run: Run, state: Data) -> None:
        fitting = (c for c in state["Choices"] if _at(run.data, c["Variable"]) == c["StringEquals"])
        run.state = next((choice["Next"] for choice in fitting), state["Default"])

    def _wait(self, run: Run, state: Data) -> None:
        run.state = state["Next"]

    def _succeed(self, run: Run, state: Data) -> None:
        run.status = "SUCCEEDED"

    def _fail(self, run: Run, state: Data) -> None:
        run.status = "FAILED"

    _STEPS: Mapping[str, Any] = {
        "Task": _task, "Map": _map, "Choice": _choice, "Wait": _wait, "Succeed": _succeed, "Fail": _fail,
    }  # fmt: skip


def _filled(template: Data, run: Run, token: str, more: Data | None = None) -> Data:
    context: Data = {
        "$$.Execution.Id": run.arn,
        "$$.Execution.Input": json.loads(run.given or "{}"),
        "$$.Execution.StartTime": run.started_at,
        "$$.StateMachine.Id": run.machine,
        "$$.Task.Token": token,
        **(more or {}),
    }
    return {
        name.removesuffix(".$"): (context[value] if value in context else _at(run.data, value))
        if name.endswith(".$")
        else value
        for name, value in template.items()
    }


def _at(data: Any, path: str) -> Any:
    for name in path.split(".")[1:]:
        data = data[name]
    return data


def _error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "Step Functions")
