"""What CloudTrail is asked, and what is made of its answers."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from functions.adapters.cloudtrail import CloudTrail
from functions.core.errors import UnavailableError
from tests.fakes.cloudtrail import record_of

AT = 1_760_000_000_000
RECORD = record_of("arn:aws:iam::123456789012:user/bob")
ASKED = {
    "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "StartExecution"}],
    "StartTime": datetime(2025, 10, 9, 8, 51, 20, tzinfo=UTC),
    "EndTime": datetime(2025, 10, 9, 8, 55, 20, tzinfo=UTC),
}


@pytest.fixture
def client() -> Any:
    return boto3.client("cloudtrail", region_name="eu-central-1")


def event(text: str) -> dict[str, str]:
    return {"EventName": "StartExecution", "CloudTrailEvent": text}


def test_all_pages_around_the_start_are_read(client: Any) -> None:
    with Stubber(client) as stub:
        first = {"Events": [event(json.dumps(RECORD))], "NextToken": "more"}
        stub.add_response("lookup_events", first, ASKED)
        stub.add_response(
            "lookup_events", {"Events": [event(json.dumps(RECORD))]}, ASKED | {"NextToken": "more"}
        )
        assert list(CloudTrail(client).starts(AT, "eu-central-1")) == [RECORD, RECORD]
        stub.assert_no_pending_responses()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"text"'])
def test_a_record_that_cannot_be_read_is_none(client: Any, text: str) -> None:
    with Stubber(client) as stub:
        stub.add_response("lookup_events", {"Events": [event(text), {"EventName": "StartExecution"}]})
        assert list(CloudTrail(client).starts(AT, "eu-central-1")) == []


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "InternalError"])
def test_without_an_answer_it_is_tried_again(client: Any, code: str) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("lookup_events", code)
        with pytest.raises(UnavailableError):
            list(CloudTrail(client).starts(AT, "eu-central-1"))
