"""What is known of a version while its bytes are being hashed."""

from lineal_contract.base import Answer, Digest, Millis, ModelName, ProjectName, RunId, VersionNumber


class Registration(Answer):
    """The workflow of a pending version, and what it is to hash.

    `plan_digest` is the SHA-256 of the stored `plans.Plan`. `restarts` counts the executions before this one.
    """

    registration_id: RunId
    project: ProjectName
    model: ModelName
    version: VersionNumber
    plan_digest: Digest
    execution_arn: str
    requested_at: Millis
    restarts: int = 0
