"""Mail from an event to a subscriber: the topic, its filters, and no mail twice."""

import json
from pathlib import Path
from typing import Any

import pytest

from lineal.http.polling import poll
from lineal_contract.roles import StackOutput
from tests.e2e.conftest import WAIT, World

SAMPLE = Path(__file__).parents[2] / "events/samples/notifications/pending.json"


class Mailbox:
    """A queue that is subscribed to what concerns one project."""

    def __init__(self, world: World) -> None:
        self._sqs = world.root("sqs")
        self.url = self._sqs.create_queue(QueueName=f"mail-of-{world.project}")["QueueUrl"]
        got = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        arn = got["Attributes"]["QueueArn"]
        self._sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": json.dumps(_lets_in(arn))})
        world.root("sns").subscribe(
            TopicArn=world.stack.outputs[StackOutput.MAIL],
            Protocol="sqs",
            Endpoint=arn,
            Attributes={"FilterPolicy": json.dumps({"project": [world.project]})},
        )
        self.mails: list[dict[str, Any]] = []

    def read(self) -> list[dict[str, Any]]:
        """Return all that has come so far."""
        found = self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        self.mails += [json.loads(message["Body"]) for message in found.get("Messages", [])]
        for message in found.get("Messages", []):
            self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return self.mails

    def kinds(self) -> list[str]:
        """Return the kinds of all mails."""
        return [mail["MessageAttributes"]["kind"]["Value"] for mail in self.read()]

    def wait_for(self, kind: str) -> dict[str, Any]:
        """Return the mail of a kind once it has come."""
        poll(lambda: kind in self.kinds() or None, WAIT, f"no mail of kind {kind}")
        (mail,) = (m for m in self.mails if m["MessageAttributes"]["kind"]["Value"] == kind)
        return mail


def _lets_in(queue_arn: str) -> dict[str, Any]:
    """Return the queue policy that any subscriber of a topic needs."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.fixture
def mailbox(world: World) -> Mailbox:
    return Mailbox(world)


def test_people_get_mail_of_what_is_to_decide_and_of_how_it_ended(world: World, mailbox: Mailbox) -> None:
    pending = world.asked(world.version("m", mae=50.0))
    mail = mailbox.wait_for("pending")
    assert mail["Subject"] == "lineal: decide: m 1 for production"
    assert json.loads(mail["MessageAttributes"]["to"]["Value"]) == ["approvers"]
    assert f"/page#/{world.project}/approvals/{pending.id}" in mail["Message"]
    assert "Rule holds: lineage is complete" in mail["Message"]
    assert "token" not in mail["Message"].lower()

    world.approver.approvals.get(pending.id).reject("biased against the young")
    outcome = mailbox.wait_for("outcome")
    assert outcome["Subject"] == "lineal: rejected: m 1 for production"
    assert json.loads(outcome["MessageAttributes"]["to"]["Value"]) == ["scientist", "approver"]
    assert "biased against the young" in outcome["Message"]


def test_an_event_that_the_bus_brings_twice_is_told_once(world: World, mailbox: Mailbox) -> None:
    pending = world.asked(world.version("m", mae=50.0))
    mailbox.wait_for("pending")
    event = json.loads(SAMPLE.read_text())
    event["detail"]["metadata"] |= {"project": world.project, "event_id": pending.id}
    event["detail"]["data"] |= {"model": "m", "approval_id": pending.id}
    assert [told(world, event) for _ in range(3)] == [True, False, False]
    poll(lambda: len(mailbox.kinds()) > 1 or None, WAIT, "no second mail")
    world.approver.approvals.get(pending.id).reject("enough")
    mailbox.wait_for("outcome")
    assert mailbox.kinds() == ["pending", "pending", "outcome"]


def told(world: World, event: dict[str, Any]) -> bool:
    """Bring an event to the function that tells people, as the bus does."""
    pages = world.root("lambda").get_paginator("list_functions").paginate()
    names = [function["FunctionName"] for page in pages for function in page["Functions"]]
    (name,) = (n for n in names if "Notifications" in n)
    answer = world.root("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    said: bool = json.loads(answer["Payload"].read())["told"]
    return said
