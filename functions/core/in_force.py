"""The rules in force in a project, and the name under which decisions refer to them."""

from functions.core.ports.registry import Policies
from lineal_contract.policies import Policy, PolicyRef, Stage, StagePolicy
from lineal_contract.rules import LineageComplete

DEFAULT_POLICY = Policy(
    name="default",
    stages={
        Stage.STAGING: StagePolicy(rules=(LineageComplete(),)),
        Stage.PRODUCTION: StagePolicy(rules=(LineageComplete(),), approvals=1, alias="champion"),
    },
)
"""What holds in a project without rules of its own: complete lineage, and one person who agrees."""


def policy_of(policies: Policies, project: str) -> Policy:
    """Return the rules in force in a project."""
    return policies.current(project) or DEFAULT_POLICY


def policy_ref(policy: Policy) -> PolicyRef:
    """Return the name under which decisions refer to a policy."""
    return PolicyRef(name=policy.name, digest=policy.digest(), commit=policy.commit)
