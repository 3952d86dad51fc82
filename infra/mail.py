"""Mail about requests: a topic that people subscribe to. Idle cost: none; 1,000 mails a month are free."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class Mail(Construct):
    """A topic with a subscription for each address; SNS asks each of them to confirm."""

    topic: sns.Topic

    def __init__(self, scope: Construct, construct_id: str, *, addresses: Sequence[str]) -> None:
        super().__init__(scope, construct_id)
        key = kms.Alias.from_alias_name(self, "Key", "alias/aws/sns")
        self.topic = sns.Topic(self, "Requests", enforce_ssl=True, master_key=key)
        for address in addresses:
            self.topic.add_subscription(subscriptions.EmailSubscription(address))

    def grant_send(self, role: iam.Role) -> None:
        """Let the role publish, and nothing else."""
        role.add_to_policy(iam.PolicyStatement(actions=["sns:Publish"], resources=[self.topic.topic_arn]))
