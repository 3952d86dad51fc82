"""The bucket of artifacts: versioned bytes that nobody outside reaches but through presigned requests.

Idle cost: none but the stored bytes. Versions are kept, because a model version pins one. Access logs are on,
since who fetched which bytes is part of what an auditor asks, and presigned requests show nowhere else for
free; they go to a second bucket and expire after 90 days.
"""

from typing import Any

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.checks import acknowledge, wildcard
from lineal_contract.deployments import NOTES
from lineal_contract.mlflow.staging import REGISTRATIONS, STAGING

_OBJECTS = "projects/*"
"""Keys of stored content; every one begins with its project."""
STAGED = f"projects/*/{STAGING}/*"
"""Keys of what MLflow clients put: never a content address, and replaced by whoever writes again."""
PROJECT_TAG = "lineal-project"
"""Tag of IAM principals that are to reach one project's staged files alone."""
_STAGED_OF_TAG = f"projects/${{aws:PrincipalTag/{PROJECT_TAG}}}/{STAGING}/*"
_WRITES = ("s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
_CONTENT = "projects/*/objects/*"
"""Keys of content by its address."""
_NOTES_KEPT = Duration.days(30)
_ANCHORS = "anchors/*"
"""Keys of the heads of audit chains."""
_ACCESS_LOGS_KEPT = Duration.days(90)


class Artifacts(Construct):
    """The artifacts bucket and the grants on its content; deleting is nobody's."""

    bucket: s3.Bucket
    access_logs: s3.Bucket

    def __init__(
        self, scope: Construct, construct_id: str, *, removal: RemovalPolicy, locked_days: int | None = None
    ) -> None:
        super().__init__(scope, construct_id)
        self.access_logs = _access_logs(self, removal)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            versioned=True,
            object_lock_default_retention=_locked(locked_days),
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            server_access_logs_bucket=self.access_logs,
            lifecycle_rules=[
                s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(7)),
                *(
                    s3.LifecycleRule(
                        prefix=notes,
                        expiration=_NOTES_KEPT,
                        noncurrent_version_expiration=Duration.days(1),
                    )
                    for notes in (REGISTRATIONS, NOTES)
                ),
            ],
            removal_policy=removal,
        )

    def grant_upload(self, role: iam.Role) -> None:
        """Let the role presign and complete uploads and presign downloads."""
        actions = ("PutObject", "AbortMultipartUpload", "ListMultipartUploadParts")
        self._allow(role, _OBJECTS, *actions, "GetObject", "GetObjectVersion")

    def grant_stage(self, role: iam.Role) -> None:
        """Let the role read, write, list and hide what MLflow clients put; older versions stay."""
        actions = ("PutObject", "AbortMultipartUpload", "ListMultipartUploadParts", "DeleteObject")
        self._allow(role, STAGED, *actions, "GetObject", "GetObjectVersion")

    def let_stage(self, policy: iam.ManagedPolicy, *, write: bool, untagged: bool) -> None:
        """Let callers with AWS credentials read, list and maybe write staged files by themselves.

        MLflow clients do so. Content addresses are out of reach: those are for the server alone. IAM knows no
        members of projects: a principal reaches the files of the project that its tag `PROJECT_TAG` names,
        and one without the tag those of every project if `untagged`, else none.
        """
        self._let_stage(policy, _STAGED_OF_TAG, {}, write=write)
        if untagged:
            no_tag = {"Null": {f"aws:PrincipalTag/{PROJECT_TAG}": "true"}}
            self._let_stage(policy, STAGED, no_tag, write=write)

    def _let_stage(
        self, policy: iam.ManagedPolicy, keys: str, conditions: dict[str, Any], *, write: bool
    ) -> None:
        staged = self.bucket.arn_for_objects(keys)
        actions = ["s3:GetObject", "s3:GetObjectVersion", *(_WRITES if write else ())]
        policy.add_statements(
            iam.PolicyStatement(actions=actions, resources=[staged], conditions=conditions or None),
            iam.PolicyStatement(
                actions=["s3:ListBucket"],
                resources=[self.bucket.bucket_arn],
                conditions={"StringLike": {"s3:prefix": [keys]}, **conditions},
            ),
        )
        acknowledge(policy, "Staged files of a project, or locally of every one.", wildcard(self, staged))

    def grant_pin(self, role: iam.Role) -> None:
        """Let the role see which versions are the newest, and note what a pending version is made of."""
        self._allow(role, f"{REGISTRATIONS}*", "PutObject")
        role.add_to_policy(
            iam.PolicyStatement(actions=["s3:ListBucketVersions"], resources=[self.bucket.bucket_arn])
        )

    def grant_register(self, role: iam.Role) -> None:
        """Let the role hash pinned versions, keep notes meanwhile, and store lists of files as content."""
        self.grant_read_version(role)
        self._allow(role, f"{REGISTRATIONS}*", "GetObject", "PutObject")
        self._allow(role, _CONTENT, "GetObject", "PutObject")

    def grant_check(self, role: iam.Role) -> None:
        """Let the role hash pinned versions, and keep notes meanwhile."""
        self.grant_read_version(role)
        self._allow(role, f"{NOTES}*", "GetObject", "PutObject")

    def grant_read_version(self, role: iam.Role) -> None:
        """Let the role read pinned versions only."""
        self._allow(role, _OBJECTS, "GetObjectVersion")

    def grant_fold(self, role: iam.Role) -> None:
        """Let the role store blocks of runs under their content addresses, and read them to join them."""
        self._allow(role, _OBJECTS, "PutObject", "GetObjectVersion")

    def grant_anchor(self, role: iam.Role) -> None:
        """Let the role write anchors of audit chains; older versions of them stay."""
        self._allow(role, _ANCHORS, "PutObject")

    def grant_read_anchors(self, role: iam.Role) -> None:
        """Let the role read anchors of audit chains."""
        self._allow(role, _ANCHORS, "GetObject")

    def _allow(self, role: iam.Role, keys: str, *actions: str) -> None:
        objects = self.bucket.arn_for_objects(keys)
        role.add_to_policy(
            iam.PolicyStatement(actions=[f"s3:{action}" for action in actions], resources=[objects])
        )
        # Nothing lists keys, but without this right S3 says of a missing object that it is forbidden.
        role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[self.bucket.bucket_arn]))
        acknowledge(
            role,
            f"Digests, projects and models below {keys} are made at run time and cannot be listed here.",
            wildcard(self, objects),
        )


def _locked(days: int | None) -> s3.ObjectLockRetention | None:
    """Governance: only who holds `s3:BypassGovernanceRetention` could delete a version before its time."""
    return None if days is None else s3.ObjectLockRetention.governance(Duration.days(days))


def _access_logs(scope: Construct, removal: RemovalPolicy) -> s3.Bucket:
    bucket = s3.Bucket(
        scope,
        "AccessLogs",
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        lifecycle_rules=[
            s3.LifecycleRule(
                expiration=_ACCESS_LOGS_KEPT,
                abort_incomplete_multipart_upload_after=Duration.days(7),
            )
        ],
        removal_policy=removal,
    )
    acknowledge(bucket, "A log bucket that logged its own log deliveries would never end.", "AwsSolutions-S1")
    return bucket
