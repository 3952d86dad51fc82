"""The ready-made roles and what the stack tells its users."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """A duty that can be given to a caller; each has a role and a managed policy in the stack."""

    DATA_SCIENTIST = "DataScientist"
    APPROVER = "Approver"
    DEPLOYER = "Deployer"
    AUDITOR = "Auditor"
    ADMIN = "Admin"


LOCAL_USERS: Mapping[str, Role] = {
    "scientist": Role.DATA_SCIENTIST,
    "approver": Role.APPROVER,
    "deployer": Role.DEPLOYER,
    "auditor": Role.AUDITOR,
    "admin": Role.ADMIN,
}
"""The users of the local stack, who are people of the same names, each with one role."""


class StackOutput(StrEnum):
    """Names of the CloudFormation outputs."""

    API_URL = "ApiUrl"
    API_ID = "ApiId"
    RUNS_TABLE = "RunsTable"
    REGISTRY_TABLE = "RegistryTable"
    ARTIFACTS_BUCKET = "ArtifactsBucket"
    ACCESS_LOGS_BUCKET = "AccessLogsBucket"
    BUS_NAME = "BusName"
    APPROVAL_WORKFLOW = "ApprovalWorkflowArn"
    MAIL = "MailTopicArn"
    DECIDE_WORKFLOW = "DecideWorkflowArn"
    REGISTRATION_WORKFLOW = "RegistrationWorkflowArn"
    DEPLOYMENT_WORKFLOW = "DeploymentWorkflowArn"
    ALARMS = "AlarmsTopicArn"


def policy_output(role: Role) -> str:
    """The output that holds the ARN of the managed policy of `role`."""
    return f"{role}PolicyArn"


def role_output(role: Role) -> str:
    """The output that holds the ARN of the IAM role of `role`."""
    return f"{role}RoleArn"
