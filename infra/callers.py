"""The ready-made duties of people and jobs: a managed policy and a role for each."""

from aws_cdk import ArnFormat, Aws, Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.checks import acknowledge, wildcard
from lineal_contract.permissions import patterns
from lineal_contract.roles import Role


class Caller(Construct):
    """A duty: attach `policy` to identities of your own, or assume `role`.

    The role is for IAM users of this account that are allowed to assume it, under a session named like the
    user, so that a session leads back to a person.
    """

    policy: iam.ManagedPolicy
    role: iam.Role

    def __init__(self, scope: Construct, construct_id: str, *, duty: Role, api: apigatewayv2.HttpApi) -> None:
        super().__init__(scope, construct_id)
        arns = [_route_arn(api, pattern) for pattern in patterns(duty)]
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            description=f"lineal: what a caller with the duty {duty} may call",
            statements=[iam.PolicyStatement(actions=["execute-api:Invoke"], resources=arns)],
        )
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=_users_under_their_own_name(),
            description=f"lineal: the duty {duty}",
            managed_policies=[self.policy],
        )
        if duty is Role.DATA_SCIENTIST:
            _let_training_jobs_assume(self.role)
        acknowledge(
            self.policy,
            "Patterns over project, model and endpoint names below one root; see the contract's permissions.",
            *(wildcard(self, arn) for arn in arns),
        )

    def allow_start(self, machine: sfn.StateMachine) -> None:
        """Let callers start executions of a machine, and see how those end."""
        executions = Stack.of(self).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{machine.state_machine_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        self.policy.add_statements(
            iam.PolicyStatement(actions=["states:StartExecution"], resources=[machine.state_machine_arn]),
            iam.PolicyStatement(actions=["states:DescribeExecution"], resources=[executions]),
        )
        acknowledge(
            self.policy,
            "Executions of one machine; their names are made by who starts them.",
            wildcard(self, executions),
        )


def _route_arn(api: apigatewayv2.HttpApi, pattern: str) -> str:
    # The stage by name: `*` in its place would span slashes too.
    return Stack.of(api).format_arn(
        service="execute-api", resource=api.api_id, resource_name=f"$default/{pattern}"
    )


def _users_under_their_own_name() -> iam.IPrincipal:
    own_name = {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}
    return iam.AccountRootPrincipal().with_conditions(own_name)


def _let_training_jobs_assume(role: iam.Role) -> None:
    """Let SageMaker of this account, and no other's, run jobs as the role; it names the sessions itself."""
    if role.assume_role_policy is None:
        raise TypeError("an owned role has a trust policy")
    role.assume_role_policy.add_statements(
        iam.PolicyStatement(
            actions=["sts:AssumeRole"],
            principals=[iam.ServicePrincipal("sagemaker.amazonaws.com")],
            conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        )
    )
