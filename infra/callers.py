"""The ready-made duties of people and jobs: a managed policy and a role for each."""

from collections.abc import Mapping, Sequence

from aws_cdk import Aws, Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.checks import acknowledge, wildcard
from lineal_contract.mlflow.surface import CHANGES, READS
from lineal_contract.roles import Role
from lineal_contract.routes import (
    BACKTEST_POLICY,
    CANCEL_PROMOTION,
    CHECK_POLICY,
    INVOKE,
    ROUTES,
    VERIFY_VERSION,
)

_READ = "GET/v1/projects/*"
_VERIFY = f"{VERIFY_VERSION.method}/v1/projects/*/verifications"
_TRY_RULES = [
    f"{r.method}/v1/projects/*/{r.path.rpartition('/')[2]}" for r in (CHECK_POLICY, BACKTEST_POLICY)
]
_CANCEL = f"{CANCEL_PROMOTION.method}/approvals/*/cancellations"
_PREDICT = f"{INVOKE.method}/endpoints/*"


def _all_of(root: str) -> list[str]:
    """Return a pattern for each method in use below a root.

    `*` in place of the method would span slashes, and let `POST/approvals/v1/projects/…` pass as a path below
    /v1/projects/.
    """
    return [f"{method}{root}*" for method in sorted({r.method for r in ROUTES if r.path.startswith(root)})]


CALLS: Mapping[Role, Sequence[str]] = {
    Role.DATA_SCIENTIST: [*_all_of("/v1/projects/"), _PREDICT, _CANCEL, *CHANGES],
    Role.APPROVER: [_READ, *READS, _VERIFY, *_all_of("/approvals/")],
    Role.DEPLOYER: [_READ, *READS, _VERIFY, *_all_of("/deployments/"), _PREDICT],
    Role.AUDITOR: [_READ, *READS, _VERIFY, *_all_of("/audit/")],
    Role.ADMIN: [_READ, *READS, *_TRY_RULES, *_all_of("/admin/"), *_all_of("/audit/")],
}
"""What each duty may call, as `METHOD/path` patterns."""


class Caller(Construct):
    """A duty: attach `policy` to identities of your own, or assume `role`.

    The role is for IAM users of this account that are allowed to assume it, under a session named like the
    user, so that a session leads back to a person.
    """

    policy: iam.ManagedPolicy
    role: iam.Role

    def __init__(self, scope: Construct, construct_id: str, *, duty: Role, api: apigatewayv2.HttpApi) -> None:
        super().__init__(scope, construct_id)
        arns = [_route_arn(api, pattern) for pattern in CALLS[duty]]
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
            "Patterns over project, model and endpoint names below one root; see CALLS.",
            *(wildcard(self, arn) for arn in arns),
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
