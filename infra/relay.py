"""From the outbox to the bus: the registry's stream feeds the relay. Idle cost: none."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_lambda_event_sources import DynamoEventSource, SqsDlq
from constructs import Construct

from functions.tables import OUTBOX_PREFIX, REGISTRY
from infra.queues import dead_letters


class Relay(Construct):
    """New outbox items go to the relay within a second or so, in order, until accepted or two hours old.

    What is given up is in `failures`; the item itself stays in the outbox, where the sweep finds it.
    """

    failures: sqs.Queue

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        registry: dynamodb.Table,
        relay: lambda_.Function,
        removal: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self.failures = dead_letters(self, "Failures", removal=removal)
        relay.add_event_source(
            DynamoEventSource(
                registry,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                filters=[_new_outbox_items()],
                batch_size=100,
                bisect_batch_on_error=True,
                report_batch_item_failures=True,
                max_record_age=Duration.hours(2),
                retry_attempts=20,
                on_failure=SqsDlq(self.failures),
            )
        )


def _new_outbox_items() -> Mapping[str, Any]:
    key = {REGISTRY.partition_key: {"S": lambda_.FilterRule.begins_with(OUTBOX_PREFIX)}}
    return lambda_.FilterCriteria.filter(
        {"eventName": lambda_.FilterRule.is_equal("INSERT"), "dynamodb": {"Keys": key}}
    )
