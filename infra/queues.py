"""Where what could not be delivered is kept for people to look at. Idle cost: none."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.checks import acknowledge


def dead_letters(scope: Construct, construct_id: str, *, removal: RemovalPolicy) -> sqs.Queue:
    """Return a queue that keeps its messages as long as SQS can, 14 days."""
    queue = sqs.Queue(
        scope,
        construct_id,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(14),
        removal_policy=removal,
    )
    acknowledge(
        queue,
        "This is the dead-letter queue; nothing consumes it but people.",
        "AwsSolutions-SQS3",
        "Serverless-SQSRedrivePolicy",
    )
    return queue
