"""Who started an execution, by CloudTrail's own record of that call and by nothing else.

Whoever starts an execution writes its input, so the input proves nothing. The record is written by AWS: it
names the caller and, in the answer, the execution that the call started.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from functions.core.errors import AmbiguousStartError
from functions.core.ports.workflows import Record

_SOURCE = "states.amazonaws.com"
_CALL = "StartExecution"
_SOMEBODY = frozenset({"IAMUser", "AssumedRole"})
_CONSOLE = "signin.amazonaws.com"


@dataclass(frozen=True)
class Start:
    """An execution, of which somebody says that a person started it; `at` is in UTC milliseconds."""

    execution_arn: str
    machine_arn: str
    at: int

    @property
    def region(self) -> str:
        """The region the execution is in."""
        return self.execution_arn.split(":")[3]

    @property
    def account(self) -> str:
        """The account the execution is in."""
        return self.execution_arn.split(":")[4]


def starter(start: Start, records: Iterable[Record]) -> str | None:
    """Return the identity that started exactly this execution, or None while no record says so.

    Records of another execution, machine, account, region, service or call say nothing, and neither does a
    call that failed or that a service made for somebody. Starting an execution again under the same name and
    with the same input gives the same execution: where two people did so, AmbiguousStartError is raised.
    """
    found = {record["userIdentity"]["arn"] for record in records if _proves(record, start)}
    if len(found) > 1:
        raise AmbiguousStartError("more than one identity has started this execution")
    return next(iter(found), None)


def _proves(record: Record, start: Start) -> bool:
    return _is_the_call(record, start) and _is_a_caller_of(record.get("userIdentity"), start.account)


def _is_the_call(record: Record, start: Start) -> bool:
    answer, asked = record.get("responseElements"), record.get("requestParameters")
    if not isinstance(answer, Mapping) or not isinstance(asked, Mapping):
        return False
    return (
        answer.get("executionArn") == start.execution_arn
        and asked.get("stateMachineArn") == start.machine_arn
        and record.get("eventSource") == _SOURCE
        and record.get("eventName") == _CALL
        and record.get("awsRegion") == start.region
        and record.get("recipientAccountId") == start.account
        and not record.get("errorCode")
    )


def _is_a_caller_of(identity: object, account: str) -> bool:
    """Say whether it is a user or a role's session of the account, acting for themselves."""
    if not isinstance(identity, Mapping):
        return False
    arn = identity.get("arn")
    return (
        identity.get("type") in _SOMEBODY
        and identity.get("accountId") == account
        and isinstance(arn, str)
        and arn.split(":")[4:5] == [account]
        and identity.get("invokedBy") in (None, _CONSOLE)
    )
