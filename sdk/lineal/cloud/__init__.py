"""Bringing the stack to an AWS account from a clone: synthesis, the CDK's own command line, and teardown."""

from lineal.cloud.cdk import CdkError, bootstrap, deploy, destroy, diff, synthesize
from lineal.cloud.stacks import Account, Deployed, account, deployed, empty_bucket

__all__ = [
    "Account",
    "CdkError",
    "Deployed",
    "account",
    "bootstrap",
    "deploy",
    "deployed",
    "destroy",
    "diff",
    "empty_bucket",
    "synthesize",
]
