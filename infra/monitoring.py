"""Alarms on everything that can fail unseen.

Idle cost: the first ten alarms of an account are free; beyond them, one costs $0.10 a month. The stack's own
metric is written only while something is wrong.
"""

from typing import TypeVar

from aws_cdk import Duration, Names
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from functions.metrics import UNSENT_EVENT_AGE
from infra.api import Api
from infra.checks import acknowledge
from infra.dashboard import Dashboard, all_of

T = TypeVar("T", bound=Construct)
"""A kind of resource."""

_PERIOD = Duration.minutes(5)
_FAILED_REQUESTS = 5
"""In five minutes. A single failure is retried by the SDK; several are an outage."""
_UNSENT_FOR = Duration.minutes(15)
"""Three rounds of the sweep."""


class Monitoring(Construct):
    """Watches everything in the stack that can fail without a caller being told.

    Queues, machines and tables are found in the stack, so a new one has its alarm from the start. Functions
    need none of their own: what fails behind the API is a 5xx, what fails elsewhere a failed execution or a
    dead letter. Alarms go to `topic`, to which people subscribe.
    """

    topic: sns.Topic

    def __init__(
        self, scope: Construct, construct_id: str, *, api: Api, namespace: str, email: str | None
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Alarms", enforce_ssl=True)
        if email:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))
            acknowledge(
                self.topic,
                "A mail that cannot be delivered is of no use later; the alarm itself stays.",
                "Serverless-SNSRedrivePolicy",
            )
        self._namespace = namespace
        self._watch_queues()
        self._watch_machines()
        self._watch_tables()
        self._watch_the_api(api)
        alarms = all_of(cloudwatch.Alarm, self)
        Dashboard(self, "Dashboard", name=namespace, alarms=alarms, api=api, unsent=self._unsent_event_age())

    def _watch_queues(self) -> None:
        for queue in (each for each in self._all(sqs.Queue) if each.dead_letter_queue is None):
            metric = queue.metric_approximate_number_of_messages_visible(period=_PERIOD)
            self._alarm(queue, metric, "Something could not be delivered: look into the dead-letter queue")

    def _watch_machines(self) -> None:
        for machine in self._all(sfn.StateMachine):
            self._alarm(machine, machine.metric_failed(period=_PERIOD), "An execution of a workflow failed")

    def _watch_tables(self) -> None:
        for table in self._all(dynamodb.Table):
            for kind in ("Read", "Write"):
                metric = table.metric(f"{kind}ThrottleEvents", statistic="Sum", period=_PERIOD)
                self._alarm(table, metric, f"DynamoDB throttles {kind.lower()}s of a table", kind)

    def _watch_the_api(self, api: Api) -> None:
        failures = api.api.metric_server_error(period=_PERIOD, statistic="Sum")
        self._alarm(api, failures, "Requests fail on our side", threshold=_FAILED_REQUESTS)
        throttles = cloudwatch.Metric(
            namespace="AWS/Lambda", metric_name="Throttles", statistic="Sum", period=_PERIOD
        )
        self._alarm(self, throttles, "Lambda throttles functions of this account in this region", "Throttles")
        self._alarm(
            self,
            self._unsent_event_age(),
            "Events wait for the bus longer than three sweeps",
            "UnsentEvents",
            threshold=_UNSENT_FOR.to_seconds(),
        )

    def _unsent_event_age(self) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=self._namespace,
            metric_name=UNSENT_EVENT_AGE,
            dimensions_map={"service": "sweep"},
            statistic="Maximum",
            period=_PERIOD,
        )

    def _alarm(
        self,
        on: Construct,
        metric: cloudwatch.IMetric,
        description: str,
        kind: str = "",
        *,
        threshold: float = 1,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            f"{Names.unique_resource_name(on)}{kind}",
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        alarm.add_ok_action(actions.SnsAction(self.topic))

    def _all(self, kind: type[T]) -> list[T]:
        return all_of(kind, self)
