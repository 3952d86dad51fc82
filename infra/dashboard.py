"""The one dashboard of an environment.

Idle cost: the first three dashboards of an account are free; beyond them, one costs $3 a month.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from aws_cdk import Duration, Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.api import Api

T = TypeVar("T", bound=Construct)
"""A kind of resource."""


class Dashboard(Construct):
    """Alarms above; then the API, what runs behind it, and what it stores, from left to right."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        alarms: Sequence[cloudwatch.Alarm],
        api: Api,
        unsent: cloudwatch.Metric,
    ) -> None:
        super().__init__(scope, construct_id)
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=name,
            default_interval=Duration.hours(12),
            widgets=[
                [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=24, height=3)],
                _requests(api.api),
                self._work(),
                self._storage(unsent),
            ],
        )

    def _work(self) -> list[cloudwatch.IWidget]:
        functions = all_of(lambda_.Function, self)
        machines = all_of(sfn.StateMachine, self)
        return [
            _graph("Function errors", (each.metric_errors() for each in functions)),
            _graph(
                "Function duration, p95 ms", (each.metric_duration(statistic="p95") for each in functions)
            ),
            _graph(
                "Workflows", (m for each in machines for m in (each.metric_started(), each.metric_failed()))
            ),
        ]

    def _storage(self, unsent: cloudwatch.Metric) -> list[cloudwatch.IWidget]:
        tables = all_of(dynamodb.Table, self)
        letters = [each.metric_approximate_number_of_messages_visible() for each in all_of(sqs.Queue, self)]
        return [
            _graph("Read units", (each.metric_consumed_read_capacity_units() for each in tables)),
            _graph("Write units", (each.metric_consumed_write_capacity_units() for each in tables)),
            _graph("Dead letters; age of unsent events, s", [*letters, unsent]),
        ]


def all_of(kind: type[T], scope: Construct) -> list[T]:
    """Return every resource of a kind in the stack that `scope` is in."""
    return [each for each in Stack.of(scope).node.find_all() if isinstance(each, kind)]


def _requests(api: apigatewayv2.HttpApi) -> list[cloudwatch.IWidget]:
    latencies = (api.metric_latency(statistic=each, label=each) for each in ("p50", "p95", "p99"))
    return [
        _graph("Requests", [api.metric_count(statistic="Sum")]),
        _graph("Refused and failed", [api.metric_client_error(), api.metric_server_error()]),
        _graph("Latency, ms", latencies),
    ]


def _graph(title: str, metrics: Iterable[cloudwatch.IMetric]) -> cloudwatch.IWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=8, height=6)
