"""CloudTrail in memory."""

from functions.core.ports.workflows import Record

ACCOUNT = "123456789012"
MACHINE = f"arn:aws:states:eu-central-1:{ACCOUNT}:stateMachine:decide"
EXECUTION = f"arn:aws:states:eu-central-1:{ACCOUNT}:execution:decide:one"


class MemoryCloudTrail:
    """The `CloudRecords` port: has what a test puts in, and notes what it was asked for."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.asked: list[tuple[int, str]] = []

    def starts(self, at: int, region: str) -> list[Record]:
        self.asked.append((at, region))
        return list(self.records)


def record_of(arn: str, kind: str = "IAMUser") -> dict[str, object]:
    """Return the record of a start, as CloudTrail writes it."""
    return {
        "eventVersion": "1.09",
        "userIdentity": {"type": kind, "principalId": "AIDAEXAMPLE", "arn": arn, "accountId": ACCOUNT},
        "eventTime": "2025-10-09T08:53:20Z",
        "eventSource": "states.amazonaws.com",
        "eventName": "StartExecution",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "203.0.113.10",
        "requestParameters": {"stateMachineArn": MACHINE, "name": "one", "input": "***"},
        "responseElements": {"executionArn": EXECUTION, "startDate": "Oct 9, 2025, 8:53:20 AM"},
        "eventID": "5f1b1c1e-0000-4000-8000-000000000001",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
    }
