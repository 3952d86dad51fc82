"""What SNS is given, and what becomes of its refusals."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import Stubber

from functions.adapters.mail import Topic
from functions.core.errors import UnavailableError
from functions.core.ports.workflows import Letter

ARN = "arn:aws:sns:eu-central-1:123456789012:mail"


@pytest.fixture
def client() -> Any:
    return boto3.client("sns", region_name="eu-central-1")


@pytest.mark.parametrize(("to", "named"), [(("ann", "bob"), ["ann", "bob"]), ((), ["nobody"])])
def test_subscribers_can_choose_by_attributes(client: Any, to: tuple[str, ...], named: list[str]) -> None:
    def text(value: str, kind: str = "String") -> dict[str, str]:
        return {"DataType": kind, "StringValue": value}

    given = {
        "TopicArn": ARN, "Subject": "lineal: s", "Message": "t",
        "MessageAttributes": {
            "kind": text("outcome"), "project": text("team"), "to": text(json.dumps(named), "String.Array"),
        },
    }  # fmt: skip
    with Stubber(client) as stub:
        stub.add_response("publish", {"MessageId": "1"}, given)
        Topic(client, ARN).send(Letter("outcome", "team", to, "lineal: s", "t"))
        stub.assert_no_pending_responses()


def test_a_refusal_and_a_lost_answer_can_be_tried_again(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = Letter("outcome", "team", (), "s", "t")
    with Stubber(client) as stub:
        stub.add_client_error("publish", "Throttled")
        with pytest.raises(UnavailableError):
            Topic(client, ARN).send(letter)

    def lost(**given: Any) -> None:
        raise ReadTimeoutError(endpoint_url="https://sns")

    monkeypatch.setattr(client, "publish", lost)
    with pytest.raises(UnavailableError):
        Topic(client, ARN).send(letter)
