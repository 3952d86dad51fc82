"""The state machines, each from its file in `workflows/`.

Idle cost: none; Standard executions are billed by transition and may wait for months.
"""

from pathlib import Path

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.checks import acknowledge, wildcard
from infra.functions import LOGS_KEPT

DEFINITIONS = Path(__file__).parent / "workflows"


class Workflow(Construct):
    """A state machine whose tasks are all steps of one function."""

    machine: sfn.StateMachine

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        steps: lambda_.Function,
        removal: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        log_group = logs.LogGroup(self, "Logs", retention=LOGS_KEPT, removal_policy=removal)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        role.add_to_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[steps.function_arn])
        )
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            # The text, not DefinitionBody.from_file: that makes an asset, and linters could not see into it.
            definition_body=sfn.DefinitionBody.from_string((DEFINITIONS / f"{name}.asl.json").read_text()),
            definition_substitutions={"StepsArn": steps.function_arn},
            state_machine_type=sfn.StateMachineType.STANDARD,
            role=role,
            tracing_enabled=True,
            # Without the data: the input of a waiting task has its token, which nobody may read.
            logs=sfn.LogOptions(destination=log_group, level=sfn.LogLevel.ALL, include_execution_data=False),
            removal_policy=removal,
        )
        acknowledge(
            role,
            "Log delivery and X-Ray: these actions have no resource to name.",
            "AwsSolutions-IAM5[Resource::*]",
        )

    def grant_start(self, role: iam.Role) -> None:
        """Let the role start executions."""
        self.machine.grant_start_execution(role)

    def grant_describe(self, role: iam.Role) -> None:
        """Let the role see how executions stand; their history, which has task tokens, is nobody's."""
        executions = Stack.of(self).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{self.machine.state_machine_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        role.add_to_policy(iam.PolicyStatement(actions=["states:DescribeExecution"], resources=[executions]))
        acknowledge(
            role,
            "Executions of one machine; their names are made at run time.",
            wildcard(self, executions),
        )

    def grant_resume(self, role: iam.Role) -> None:
        """Let the role wake executions that wait, by their task token.

        What bounds it are the tokens: the table holds those of this machine alone.
        """
        role.add_to_policy(iam.PolicyStatement(actions=["states:SendTaskSuccess"], resources=["*"]))
        acknowledge(
            role, "A task token names no resource, so the action has none.", "AwsSolutions-IAM5[Resource::*]"
        )
