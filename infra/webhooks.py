"""Webhooks: a queue between the bus and the function that sends, which brings back what did not arrive.

Idle cost: polling an empty queue is some 650,000 requests a month, of a free million; $0.26 beyond that.
"""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_lambda_event_sources import SqsEventSource
from constructs import Construct

from infra.checks import acknowledge
from infra.queues import dead_letters
from lineal_contract.events import SOURCE, DetailType

ATTEMPTS = 10
"""With the rests between them, an hour and a bit."""
_HIDDEN = Duration.minutes(3)
"""Six times what the function may take, as Lambda asks."""
_AGE = Duration.hours(2)
_HEARD = (
    DetailType.MODEL_CREATED,
    DetailType.MODEL_DESCRIBED,
    DetailType.VERSION_REGISTERED,
    DetailType.VERSION_DESCRIBED,
    DetailType.ALIAS_CHANGED,
)


class Webhooks(Construct):
    """The queue of what is to be sent, and `failures`, where it ends after `ATTEMPTS`."""

    queue: sqs.Queue
    failures: sqs.Queue

    def __init__(self, scope: Construct, construct_id: str, *, removal: RemovalPolicy) -> None:
        super().__init__(scope, construct_id)
        self.failures = dead_letters(self, "Failures", removal=removal)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=_HIDDEN,
            retention_period=Duration.days(1),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.failures, max_receive_count=ATTEMPTS),
            removal_policy=removal,
        )

    def grant_send(self, role: iam.Role) -> None:
        """Let the role add notices, and let those rest that could not be delivered."""
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["sqs:SendMessage", "sqs:ChangeMessageVisibility"], resources=[self.queue.queue_arn]
            )
        )

    def connect(self, bus: events.EventBus, function: lambda_.Function) -> None:
        """Bring what the bus says of the registry to the function, one message at a time."""
        events.Rule(
            self,
            "Registry",
            description="Something changed in a registry: tell webhooks",
            event_bus=bus,
            event_pattern=events.EventPattern(source=[SOURCE], detail_type=list(_HEARD)),
            targets=[
                targets.SqsQueue(
                    self.queue,
                    dead_letter_queue=self.failures,
                    max_event_age=_AGE,
                    retry_attempts=50,
                )
            ],
        )
        function.add_event_source(
            SqsEventSource(self.queue, batch_size=1, max_concurrency=10, report_batch_item_failures=True)
        )
        acknowledge(
            function,
            "What fails comes back from its queue, and goes to the queue's dead letters in the end.",
            "Serverless-LambdaEventSourceMappingDestination",
        )
