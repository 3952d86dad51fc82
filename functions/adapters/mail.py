"""Mail by SNS: one topic, whose subscribers choose by attributes what they want."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.adapters.service_errors import NO_ANSWER, ServiceError
from functions.core.errors import UnavailableError
from functions.core.ports.workflows import Letter

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


@dataclass(frozen=True)
class Topic:
    """The `Mail` port."""

    client: "SNSClient"
    arn: str

    def send(self, letter: Letter) -> None:
        """Publish a letter."""
        try:
            self.client.publish(
                TopicArn=self.arn,
                Subject=letter.subject,
                Message=letter.text,
                MessageAttributes={
                    "kind": {"DataType": "String", "StringValue": letter.kind},
                    "project": {"DataType": "String", "StringValue": letter.project},
                    "to": {"DataType": "String.Array", "StringValue": json.dumps(letter.to or ["nobody"])},
                },
            )
        except (*NO_ANSWER, ServiceError) as error:
            raise UnavailableError("the mail could not be handed to SNS") from error
