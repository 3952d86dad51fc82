"""Clients of AWS whose calls are counted, and fail as planned."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError


class Fault(Enum):
    """What can happen to one call."""

    REFUSED = "refused before it did anything"
    LOST = "done, and its reply lost"
    TWICE = "delivered twice, the second reply heard"
    KILLED = "done, and the process killed"


WRITING = (
    "put_",
    "update_",
    "delete_",
    "transact_write",
    "start_",
    "send_",
    "complete_",
    "create_",
    "abort_",
    "publish",
    "change_",
)
_REFUSAL = {"s3": "SlowDown"}


class KilledError(BaseException):
    """The process ends here: no handler of errors sees this."""


class Wire:
    """All calls since `restart`, by name, and the faults of some by their place among them."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.plan: dict[int, Fault] = {}
        self._numbering = Lock()

    def restart(self, plan: dict[int, Fault]) -> None:
        """Count from 0 again, with other faults."""
        self.calls, self.plan = [], plan

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Neither count calls nor let them fail: what a test looks up for itself."""
        kept = self.calls, self.plan
        self.restart({})
        yield
        self.calls, self.plan = kept

    def client(self, service: str, real: Any) -> "Client":
        """Return a client whose calls go over this wire."""
        return Client(self, service, real)

    def send(self, service: str, operation: str, act: Callable[[], Any]) -> Any:
        """Make a call. A write that comes twice does so without an idempotency token: the harder case."""
        with self._numbering:
            fault = self.plan.get(len(self.calls))
            self.calls.append(f"{service}.{operation}")
        if fault is Fault.REFUSED:
            code = _REFUSAL.get(service, "ThrottlingException")
            raise ClientError({"Error": {"Code": code, "Message": "too many"}}, operation)
        answer = act()
        if fault is Fault.TWICE:
            answer = act()
        if fault is Fault.LOST:
            raise ReadTimeoutError(endpoint_url=service)
        if fault is Fault.KILLED:
            raise KilledError
        return answer


class Client:
    """Stands for a client of boto3."""

    def __init__(self, wire: Wire, service: str, real: Any) -> None:
        self._wire, self._service, self._real = wire, service, real

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        if not callable(method) or name.startswith(("generate_", "get_paginator")):
            return method
        return lambda **given: self._wire.send(self._service, name, lambda: method(**given))


def writes(call: str) -> bool:
    """Say whether a call changes anything."""
    return call.partition(".")[2].startswith(WRITING)
