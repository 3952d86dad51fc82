"""The tables and who may do what with them.

Idle cost: none but the stored bytes and their continuous backups. The registry's AWS managed key has no
monthly fee; its requests are billed beyond a free 20,000 a month, and DynamoDB caches them.
"""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from functions import tables

_READ = ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query")
_WRITE = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:ConditionCheckItem")

_LEADING_KEYS = "dynamodb:LeadingKeys"
QUOTA_KEYS = "P#*#QUOTA"
"""Partitions that say what a project may use."""
PEOPLE_KEYS = ("IDENTITY#*", "PEOPLE")
"""Partitions that say which human an identity belongs to."""
ADMISSION_KEYS = (*PEOPLE_KEYS, "PROJECTS", "P#*#MEMBERS")
"""Partitions that say who is let in: people, projects and their members."""
TOKEN_KEYS = ("BEARER#*", "P#*#BEARERS")
"""Partitions of bearer tokens, and of the way to one from its secret's digest."""
AUDIT_KEYS = "P#*#AUD#*"
"""Partitions of audit chains, which are only ever added to."""
TRAIL_KEYS = ("P#*#TRAIL", AUDIT_KEYS, f"{tables.WORK_PREFIX}ANCHORS")
"""Partitions that a record in a project's trail is written to."""
SEALING_KEYS = "SECRET"
"""The partition of what page tokens are sealed with."""
CALLBACK_KEYS = "P#*#TOKEN#*"
"""Partitions of callbacks: whoever reads one can answer in people's place."""
SIGNING_KEYS = "P#*#HOOKSECRET#*"
"""Partitions of what deliveries are signed with: whoever reads one can pass for lineal."""
HOOK_SENDING_KEYS = ("P#*#HOOKS", SIGNING_KEYS, "P#*#MODELS", "P#*#V#*")
"""Partitions that a delivery is made from."""
OUTBOX_KEYS = f"{tables.OUTBOX_PREFIX}*"
"""Partitions of events that wait for the bus."""
WORK_KEYS = f"{tables.WORK_PREFIX}*"
"""Partitions of lists that the sweep works off."""

RUN_KEYS = ("P#*#X", "P#*#X#*", f"{tables.WORK_PREFIX}FOLDING")
"""Partitions of run items, of experiments and of the list of those to fold."""


class Tables(Construct):
    """The runs and the registry table. Grants name actions; none of them gives a Scan."""

    runs: dynamodb.Table
    registry: dynamodb.Table

    def __init__(
        self, scope: Construct, construct_id: str, *, protected: bool, removal: RemovalPolicy
    ) -> None:
        super().__init__(scope, construct_id)
        self.runs = _table(self, tables.RUNS, protected, removal, encryption=dynamodb.TableEncryption.DEFAULT)
        # Task tokens rest in the registry: with this key, reading them also leaves a trail in CloudTrail.
        self.registry = _table(
            self, tables.REGISTRY, protected, removal, encryption=dynamodb.TableEncryption.AWS_MANAGED
        )

    def grant_runs_read(self, role: iam.Role) -> None:
        """Let the role read runs by key."""
        _allow(role, self.runs, *_READ)

    def grant_runs_write(self, role: iam.Role) -> None:
        """Let the role read and write runs; deleting is nobody's."""
        _allow(role, self.runs, *_READ, *_WRITE)

    def grant_admission(self, role: iam.Role) -> None:
        """Let the role look up who is let in, and nothing else in the registry."""
        _allow(role, self.registry, "dynamodb:GetItem", keys=ADMISSION_KEYS)

    def grant_token_check(self, role: iam.Role) -> None:
        """Let the role look up a bearer token and its person."""
        _allow(role, self.registry, "dynamodb:GetItem", keys=(*TOKEN_KEYS, "PEOPLE"))

    def grant_tokens(self, role: iam.Role) -> None:
        """Let the role make, list and revoke bearer tokens."""
        _allow(
            role,
            self.registry,
            "dynamodb:GetItem",
            keys=(*ADMISSION_KEYS, *TOKEN_KEYS, "P#*#TRAIL", "SECRET"),
        )
        _allow(role, self.registry, "dynamodb:Query", keys=TOKEN_KEYS)
        _allow(role, self.registry, "dynamodb:PutItem", keys=(*TOKEN_KEYS, *TRAIL_KEYS, SEALING_KEYS))

    def grant_quota_lookup(self, role: iam.Role) -> None:
        """Let the role read what a project may use."""
        _allow(role, self.registry, "dynamodb:GetItem", keys=(QUOTA_KEYS,))

    def grant_registry_get(self, role: iam.Role) -> None:
        """Let the role read single records."""
        _allow(role, self.registry, "dynamodb:GetItem")
        self._protect_tokens(role)
        self._protect_webhook_secrets(role)

    def grant_telling(self, role: iam.Role) -> None:
        """Let the role keep of which events people were told."""
        _allow(role, self.registry, "dynamodb:PutItem", keys=(f"{tables.MAIL_PREFIX}*",))

    def grant_registry_read(self, role: iam.Role) -> None:
        """Let the role read records and partitions."""
        _allow(role, self.registry, "dynamodb:GetItem", "dynamodb:Query")
        self._protect_tokens(role)
        self._protect_webhook_secrets(role)

    def grant_registry_write(self, role: iam.Role, *, reads_tokens: bool = False) -> None:
        """Let the role read and write the registry, but never alter the audit trail.

        Callbacks of waiting workflows are for the one function with `reads_tokens`.
        """
        _allow(role, self.registry, *_READ, *_WRITE)
        self._protect_audit(role)
        self._protect_webhook_secrets(role)
        if not reads_tokens:
            self._protect_tokens(role)

    def grant_webhook_sending(self, role: iam.Role) -> None:
        """Let the role read webhooks with their secrets, and what they are told of."""
        _allow(role, self.registry, "dynamodb:GetItem", "dynamodb:Query", keys=HOOK_SENDING_KEYS)

    def grant_outbox_removal(self, role: iam.Role) -> None:
        """Let the role remove events that were sent, and no other record."""
        _allow(role, self.registry, "dynamodb:DeleteItem", keys=(OUTBOX_KEYS,))
        self._protect_audit(role)

    def grant_sweeping(self, role: iam.Role) -> None:
        """Let the role remove sent events and list entries that are worked off, and no other record."""
        _allow(role, self.registry, "dynamodb:DeleteItem", keys=(OUTBOX_KEYS, WORK_KEYS))

    def grant_folding(self, role: iam.Role) -> None:
        """Let the role read runs at a glance, move them within their partition, and say what blocks count."""
        actions = ("GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")
        _allow(role, self.runs, *(f"dynamodb:{action}" for action in actions), keys=RUN_KEYS)

    def _protect_audit(self, role: iam.Role) -> None:
        # ForAnyValue: one audit record among the keys of a call is enough to refuse the call. Puts stay
        # allowed, since that is how a record is added; that it replaces none is a condition of the write.
        self._deny(role, "AuditIsAppendOnly", AUDIT_KEYS, "dynamodb:UpdateItem", "dynamodb:DeleteItem")

    def _protect_tokens(self, role: iam.Role) -> None:
        self._deny(role, "CallbacksAreForTheDecider", CALLBACK_KEYS, *_READ)

    def _protect_webhook_secrets(self, role: iam.Role) -> None:
        self._deny(role, "WebhookSecretsAreForTheSender", SIGNING_KEYS, *_READ)

    def _deny(self, role: iam.Role, sid: str, keys: str, *actions: str) -> None:
        role.add_to_policy(
            iam.PolicyStatement(
                sid=sid,
                effect=iam.Effect.DENY,
                actions=list(actions),
                resources=[self.registry.table_arn],
                conditions={"ForAnyValue:StringLike": {_LEADING_KEYS: [keys]}},
            )
        )


def _table(
    scope: Construct,
    table: tables.Table,
    protected: bool,
    removal: RemovalPolicy,
    *,
    encryption: dynamodb.TableEncryption,
) -> dynamodb.Table:
    return dynamodb.Table(
        scope,
        table.name.capitalize(),
        partition_key=_string(table.partition_key),
        sort_key=_string(table.sort_key),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=encryption,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        stream=dynamodb.StreamViewType.NEW_IMAGE if table.streams else None,
        time_to_live_attribute=tables.EXPIRY_ATTRIBUTE,
        deletion_protection=protected,
        removal_policy=removal,
    )


def _string(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


def _allow(role: iam.Role, table: dynamodb.Table, *actions: str, keys: Sequence[str] = ()) -> None:
    conditions = {"ForAllValues:StringLike": {_LEADING_KEYS: list(keys)}} if keys else None
    role.add_to_policy(
        iam.PolicyStatement(actions=list(actions), resources=[table.table_arn], conditions=conditions)
    )
