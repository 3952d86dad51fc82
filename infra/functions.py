"""The Lambda functions: one role, one log group, one folder of code each.

Idle cost: none; nothing is provisioned or reserved, and logs expire. Traces are sampled, and billed beyond
100,000 a month.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from functions.settings import Settings
from infra.checks import acknowledge
from infra.network import Placement
from infra.runtime import Runtime

LOGS_KEPT = logs.RetentionDays.THREE_MONTHS


@dataclass(frozen=True)
class Size:
    """What a function is given; CPU grows with memory, one whole core at 1769 MB."""

    memory_mb: int
    timeout_s: int


_ANSWERS = Size(memory_mb=1024, timeout_s=29)
"""Behind the API, which waits 30 s at most. The memory is for cold starts: validating models is CPU work."""
_HASHES = Size(memory_mb=1769, timeout_s=29)
"""Hashes or runs models while a caller waits: one whole core."""

SIZES: Mapping[str, Size] = {
    "tracking": _ANSWERS,
    "registry": _HASHES,
    "approvals": _ANSWERS,
    "deployments": _HASHES,
    "serving": _HASHES,
    "audit": _ANSWERS,
    "mlflow": _HASHES,
    "admin": _ANSWERS,
    "tokens": _ANSWERS,
    "authorizer": _ANSWERS,
    "console_decisions": Size(memory_mb=512, timeout_s=60),
    "webhooks": Size(memory_mb=512, timeout_s=30),
    "notifications": Size(memory_mb=256, timeout_s=30),
    "page": Size(memory_mb=256, timeout_s=10),
    "approval_steps": Size(memory_mb=512, timeout_s=60),
    "deployment_steps": Size(memory_mb=1769, timeout_s=900),
    "registration_steps": Size(memory_mb=1769, timeout_s=900),
    "relay": Size(memory_mb=512, timeout_s=60),
    "sweep": Size(memory_mb=1024, timeout_s=180),
}
"""Every function, by the name of its folder."""


class BackendFunction(Construct):
    """One function; it may do nothing but log and send traces until it is granted more."""

    function: lambda_.Function
    role: iam.Role
    log_group: logs.LogGroup

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        folder: str,
        code: Path,
        settings: Settings,
        runtime: Runtime,
        placement: Placement | None,
        removal: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(self, "Logs", retention=LOGS_KEPT, removal_policy=removal)
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"What the function {folder} may do",
        )
        self.log_group.grant_write(self.role)
        self.function = self._function(folder, code, settings, runtime, placement)
        self._explain()

    def _function(
        self, folder: str, code: Path, settings: Settings, runtime: Runtime, placement: Placement | None
    ) -> lambda_.Function:
        return lambda_.Function(
            self,
            "Function",
            description=f"lineal: {folder}",
            runtime=runtime.lambda_runtime,
            architecture=runtime.lambda_architecture,
            handler=f"functions.{folder}.handler.handler",
            code=lambda_.Code.from_asset(str(code)),
            memory_size=SIZES[folder].memory_mb,
            timeout=Duration.seconds(SIZES[folder].timeout_s),
            environment={**settings.to_env(), **_observability(self, folder)},
            role=self.role,
            log_group=self.log_group,
            tracing=lambda_.Tracing.ACTIVE,
            vpc=placement.vpc if placement else None,
            vpc_subnets=placement.subnets if placement else None,
            security_groups=placement.security_groups if placement else None,
        )

    def _explain(self) -> None:
        acknowledge(
            self.function,
            "The runtime is pinned to the version that the bundled wheels are chosen for.",
            "AwsSolutions-L1",
            "Serverless-LambdaLatestVersion",
        )
        acknowledge(
            self.function,
            "Its callers wait for the answer and retry; events and the schedule have queues of their own.",
            "Serverless-LambdaDLQ",
        )
        acknowledge(
            self.role,
            "Sending traces and listing streams: these actions have no resource to name.",
            "AwsSolutions-IAM5[Resource::*]",
        )
        acknowledge(
            self.role,
            "Inside a VPC, Lambda makes network interfaces by AWS's own policy for just that.",
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
            "AWSLambdaVPCAccessExecutionRole]",
        )


def _observability(scope: Construct, folder: str) -> dict[str, str]:
    # Metrics of environments in one account stay apart by the name of the stack.
    return {"POWERTOOLS_SERVICE_NAME": folder, "POWERTOOLS_METRICS_NAMESPACE": Stack.of(scope).stack_name}
