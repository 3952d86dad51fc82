"""What is started by events and by the clock.

Idle cost: the sweep runs some 8,640 times a month, far inside Lambda's free million.
"""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.queues import dead_letters
from lineal_contract.events import SOURCE, DetailType

_SWEEP_EVERY = Duration.minutes(5)
_MAIL_AGE = Duration.hours(2)
_TOLD = (
    DetailType.APPROVAL_PENDING,
    DetailType.APPROVAL_REMINDED,
    DetailType.APPROVAL_DELEGATED,
    DetailType.APPROVAL_CLOSED,
)


class Reactions(Construct):
    """An approved version starts a deployment; every five minutes the sweep resends what got lost.

    Each target retries for a bounded time and then leaves the event in a dead-letter queue of its own.
    """

    deployment_failures: sqs.Queue
    sweep_failures: sqs.Queue
    mail_failures: sqs.Queue

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bus: events.EventBus,
        deployment: sfn.StateMachine,
        sweep: lambda_.Function,
        notifications: lambda_.Function,
        removal: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self.deployment_failures = dead_letters(self, "DeploymentFailures", removal=removal)
        self.sweep_failures = dead_letters(self, "SweepFailures", removal=removal)
        self._deploy_what_is_approved(bus, deployment)
        self._sweep_on_schedule(sweep)
        self.mail_failures = dead_letters(self, "MailFailures", removal=removal)
        self._tell_people(bus, notifications)

    def _deploy_what_is_approved(self, bus: events.EventBus, deployment: sfn.StateMachine) -> None:
        events.Rule(
            self,
            "Approved",
            description="A version entered production: deploy it",
            event_bus=bus,
            event_pattern=events.EventPattern(source=[SOURCE], detail_type=[DetailType.VERSION_APPROVED]),
            targets=[
                targets.SfnStateMachine(
                    deployment,
                    input=events.RuleTargetInput.from_event_path("$.detail"),
                    dead_letter_queue=self.deployment_failures,
                    max_event_age=Duration.hours(2),
                    retry_attempts=50,
                )
            ],
        )

    def _sweep_on_schedule(self, sweep: lambda_.Function) -> None:
        # The next tick does the same work, so a late or failed one is soon not worth repeating.
        sweep.configure_async_invoke(
            max_event_age=_SWEEP_EVERY,
            retry_attempts=0,
            on_failure=destinations.SqsDestination(self.sweep_failures),
        )
        events.Rule(
            self,
            "SweepClock",
            description="Do what was left undone: late events, lost executions, audit anchors, folding",
            schedule=events.Schedule.rate(_SWEEP_EVERY),
            targets=[
                targets.LambdaFunction(
                    sweep,
                    dead_letter_queue=self.sweep_failures,
                    max_event_age=_SWEEP_EVERY,
                    retry_attempts=2,
                )
            ],
        )

    def _tell_people(self, bus: events.EventBus, notifications: lambda_.Function) -> None:
        # A mail of yesterday helps nobody; until then a mail provider's bad hour is waited out.
        notifications.configure_async_invoke(
            max_event_age=_MAIL_AGE,
            retry_attempts=2,
            on_failure=destinations.SqsDestination(self.mail_failures),
        )
        events.Rule(
            self,
            "Mail",
            description="Something happened to a request for promotion: tell people",
            event_bus=bus,
            event_pattern=events.EventPattern(source=[SOURCE], detail_type=list(_TOLD)),
            targets=[
                targets.LambdaFunction(
                    notifications,
                    dead_letter_queue=self.mail_failures,
                    max_event_age=_MAIL_AGE,
                    retry_attempts=10,
                )
            ],
        )
