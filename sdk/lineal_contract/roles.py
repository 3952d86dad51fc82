"""The ready-made roles and what the stack tells its users."""

from enum import StrEnum


class Role(StrEnum):
    """A duty that can be given to a caller; each has a role and a managed policy in the stack."""

    DATA_SCIENTIST = "DataScientist"
    APPROVER = "Approver"
    DEPLOYER = "Deployer"
    AUDITOR = "Auditor"
    ADMIN = "Admin"


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
    DEPLOYMENT_WORKFLOW = "DeploymentWorkflowArn"
    ALARMS = "AlarmsTopicArn"


def policy_output(role: Role) -> str:
    """The output that holds the ARN of the managed policy of `role`."""
    return f"{role}PolicyArn"


def role_output(role: Role) -> str:
    """The output that holds the ARN of the IAM role of `role`."""
    return f"{role}RoleArn"
