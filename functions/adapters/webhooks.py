"""Webhooks in the registry table, their secrets in partitions of their own, and the queue of notices."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from functions.adapters.dynamo import ABSENT, Table, document, parse
from functions.adapters.keys import registry as keys
from functions.adapters.keys.key import key
from functions.adapters.service_errors import NO_ANSWER, ServiceError
from functions.adapters.trails import writes
from functions.core.errors import NotFoundError, UnavailableError
from functions.core.ports.audit import Entry
from functions.core.ports.webhooks import Notice, Tested
from functions.tables import EXPIRY_ATTRIBUTE
from lineal_contract.webhooks import Webhook, WebhookEvent

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

_KEPT_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True)
class DynamoWebhooks:
    """The `WebhookStore` port."""

    table: Table

    def get(self, project: str, webhook_id: str) -> Webhook | None:
        """Return a webhook."""
        item = self.table.get(key(keys.webhooks(project), webhook_id))
        return parse(Webhook, item) if item else None

    def list(self, project: str) -> Sequence[Webhook]:
        """Return webhooks by id, which sorts by time."""
        return [parse(Webhook, item) for item in self.table.query(keys.webhooks(project))]

    def put(self, webhook: Webhook, secret: str | None, entry: Entry) -> None:
        """Store all in one transaction; the table removes a deleted webhook after 30 days."""
        at = key(keys.webhooks(webhook.project), webhook.webhook_id)
        attributes = document(webhook, revision={"N": str(webhook.revision)})
        if webhook.deleted_at is not None:
            ends = webhook.deleted_at // 1000 + _KEPT_SECONDS
            attributes[EXPIRY_ATTRIBUTE] = {"N": str(ends)}
        put = self.table.put_in(at, attributes, ABSENT if webhook.revision == 1 else "revision = :before")
        if webhook.revision > 1:
            put["Put"]["ExpressionAttributeValues"] = {":before": {"N": str(webhook.revision - 1)}}
        secrets = []
        if secret is not None:
            kept = keys.webhook_secret(webhook.project, webhook.webhook_id)
            secrets.append(self.table.put_in(kept, {"secret": {"S": secret}}))
        self.table.write([put, *secrets, *writes(self.table, entry)])

    def secret(self, project: str, webhook_id: str) -> str:
        """Return a secret."""
        item = self.table.get(keys.webhook_secret(project, webhook_id))
        value: str = item["secret"]["S"] if item else ""
        return value


@dataclass(frozen=True)
class NoticeQueue:
    """The `Notices` port."""

    client: "SQSClient"
    url: str

    def put(self, notices: Sequence[Notice]) -> None:
        """Add notices one by one: a few, and each may be near the largest that the queue takes."""
        for notice in notices:
            try:
                self.client.send_message(QueueUrl=self.url, MessageBody=json.dumps(asdict(notice)))
            except (*NO_ANSWER, ServiceError) as error:
                raise UnavailableError("the queue did not take a notice") from error

    def later(self, receipt: str, seconds: int) -> None:
        """Hide a message; without an answer it comes back by itself, at its usual time."""
        try:
            self.client.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=seconds
            )
        except (*NO_ANSWER, ServiceError):
            return


def notice_of(body: str) -> Notice:
    """Return the notice in a message. Raises ValueError, TypeError or KeyError for another."""
    fields = json.loads(body)
    return Notice(**{**fields, "event": WebhookEvent(fields["event"])})


@dataclass(frozen=True)
class SendingFunction:
    """The `Tester` port."""

    client: "LambdaClient"
    function: str

    def test(self, project: str, webhook_id: str, event: WebhookEvent) -> Tested:
        """Call the function and wait for it."""
        asked = {"test": {"project": project, "webhook_id": webhook_id, "event": event.value}}
        try:
            answer = self.client.invoke(FunctionName=self.function, Payload=json.dumps(asked).encode())
        except (*NO_ANSWER, ServiceError) as error:
            raise UnavailableError("the function that sends did not answer") from error
        if answer.get("FunctionError"):
            raise UnavailableError("the function that sends failed")
        said = json.loads(answer["Payload"].read())
        if said is None:
            raise NotFoundError(f"project {project} has no webhook {webhook_id}")
        return Tested(**said)
