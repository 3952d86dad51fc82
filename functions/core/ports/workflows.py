"""Approvals and deployments that wait, and what tells people of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from functions.core.registrations import Registration
from lineal_contract.approvals import Approval

Record = Mapping[str, Any]
"""A CloudTrail record as its JSON has it."""


@dataclass(frozen=True)
class Letter:
    """A mail. `to` are ids of people, or `approvers`; subscriptions filter by it, `kind` and `project`."""

    kind: str
    project: str
    to: tuple[str, ...]
    subject: str
    text: str


class TaskTokens(Protocol):
    """The callbacks of waiting workflows; kept from everything but asking and deciding."""

    def put(self, project: str, approval_id: str, token: str) -> None:
        """Keep the token of an approval's waiting execution, replacing an older one."""

    def get(self, project: str, approval_id: str) -> str | None:
        """Return the token, or None while nothing waits."""


class Execution(Enum):
    """How an execution stands."""

    RUNNING = "running"
    ENDED = "ended"
    ABSENT = "absent"


class Workflows(Protocol):
    """The approval workflow."""

    def execution_arn(self, approval_id: str) -> str:
        """Return the ARN of an approval's first execution."""

    def next_execution_arn(self, approval_id: str, lost: str) -> str:
        """Return the ARN of the execution that takes the place of a lost one."""

    def start(self, approval: Approval) -> None:
        """Start the execution an approval names; one that was started before is no error."""

    def execution(self, arn: str) -> Execution:
        """Say how an execution stands."""


class DeploymentRuns(Protocol):
    """The deployment workflow, started by hand where the bus did not."""

    def arn_of(self, approval_id: str, lost: str | None) -> str:
        """Return the ARN of the execution that takes the place of a lost one, or of one that never was."""

    def start(self, approval: Approval, arn: str) -> None:
        """Start the execution of an ARN once, about an applied approval. Raises UnavailableError."""

    def execution(self, arn: str) -> Execution:
        """Say how an execution stands."""


class RegistrationRuns(Protocol):
    """The workflow that hashes pending versions."""

    def arn_of(self, registration_id: str, restarts: int) -> str:
        """Return the ARN of a registration's execution, after so many that were lost."""

    def start(self, registration: Registration) -> None:
        """Start the execution a registration names; one that was started before is no error.

        Raises UnavailableError.
        """

    def execution(self, arn: str) -> Execution:
        """Say how an execution stands."""


class OpenWork(Protocol):
    """Approvals or registrations that were opened and not yet seen closed, over all projects."""

    def list(self) -> Sequence[tuple[str, str]]:
        """Return (project, id) of each, oldest first."""

    def done(self, project: str, name: str) -> None:
        """Strike one off the list."""


class Waiting(Protocol):
    """Executions that wait for a person."""

    def resume(self, token: str) -> bool:
        """Wake the execution behind a token; False when it no longer waits."""


class CloudRecords(Protocol):
    """The cloud's own record of calls."""

    def starts(self, at: int, region: str) -> Iterable[Record]:
        """Return records of starts of executions around a time, UTC milliseconds.

        In no order, possibly repeated, minutes late. Raises UnavailableError.
        """


class Mail(Protocol):
    """Where letters go."""

    def send(self, letter: Letter) -> None:
        """Send a letter to all who want its kind. Raises UnavailableError."""


class Told(Protocol):
    """Of which events people have been told, so that one that comes twice is told once."""

    def claim(self, event_id: str, now: int, lapses: int) -> bool:
        """Take an event until `lapses`, UTC milliseconds; False where people were told of it.

        Raises UnavailableError while another delivery has it.
        """

    def release(self, event_id: str, now: int) -> None:
        """Give an event back that nobody was told of."""

    def done(self, event_id: str, now: int) -> None:
        """Keep that people were told."""
