"""Every route of the native API, once: infrastructure, handlers and SDK all read this table.

Duties that must be separable have their own root, because `*` in an execute-api ARN spans slashes.
"""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from lineal_contract import (
    approvals,
    artifacts,
    audit,
    base,
    cards,
    deployments,
    lifecycle,
    lineage,
    logs,
    people,
    policies,
    projects,
    pulls,
    quotas,
    references,
    registry,
    rehearsals,
    runs,
    series,
    signatures,
    tokens,
)
from lineal_contract.base import TOKEN_ROOT, Page

A = TypeVar("A", bound=BaseModel)
"""The model a route answers with."""


@dataclass(frozen=True)
class Route(Generic[A]):
    """One operation. `function` is the folder of the Lambda function that serves it.

    `path` has the parameters in braces, as API Gateway writes them. `signed_only` keeps bearer tokens out.
    """

    name: str
    method: str
    path: str
    function: str
    answer: type[A]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    status: int = 200
    summary: str = ""
    signed_only: bool = False

    def url_path(self, **values: str | int) -> str:
        """Return the path with `values` percent-encoded into it. Raises KeyError for a missing one."""
        quoted: dict[str, Any] = {k: quote(str(v), safe="") for k, v in values.items()}
        return self.path.format_map(quoted)

    @property
    def key(self) -> str:
        """The route key of an HTTP API."""
        return f"{self.method} {self.path}"

    @property
    def token_key(self) -> str:
        """The route key of the twin for bearer tokens."""
        return f"{self.method} {TOKEN_ROOT}{self.path}"

    @property
    def takes_tokens(self) -> bool:
        """Whether a bearer token can do anything here: it is for one project, and makes no other token."""
        return "{project}" in self.path and not self.signed_only


_V1 = "/v1/projects/{project}"
_RUN = f"{_V1}/runs/{{run_id}}"
_MODEL = f"{_V1}/models/{{model}}"
_VERSION = f"{_MODEL}/versions/{{version}}"

WHO_AM_I = Route(
    "who_am_i", "GET", f"{_V1}/whoami", "tracking", people.WhoAmI,
    summary="The caller as the server sees them",
)  # fmt: skip

GET_PROJECT = Route("get_project", "GET", _V1, "registry", projects.Project, summary="Read a project")
LIST_MEMBERS = Route(
    "list_members", "GET", f"{_V1}/members", "registry", Page[projects.Member],
    query=registry.PageQuery, summary="List who is in a project, with which roles",
)  # fmt: skip
CREATE_RUN = Route(
    "create_run", "POST", f"{_V1}/runs", "tracking", runs.Run,
    body=runs.CreateRun, status=201, summary="Start a run",
)  # fmt: skip
LIST_RUNS = Route(
    "list_runs", "GET", f"{_V1}/runs", "tracking", Page[runs.Run],
    query=runs.RunQuery, summary="List runs, newest first",
)  # fmt: skip
GET_RUN = Route("get_run", "GET", _RUN, "tracking", runs.Run, summary="Read a run")
UPDATE_RUN = Route(
    "update_run", "PATCH", _RUN, "tracking", runs.Run,
    body=runs.UpdateRun, summary="Add params, change tags and note, stop, end, delete or restore a run",
)  # fmt: skip
RESUME_RUN = Route(
    "resume_run", "POST", f"{_RUN}/attempts", "tracking", runs.Run,
    body=runs.StartAttempt, status=201, summary="Continue a run that has ended or was lost",
)  # fmt: skip
LOG_CHUNK = Route(
    "log_chunk", "POST", f"{_RUN}/chunks", "tracking", runs.ChunkReceipt,
    body=runs.LogChunk, status=201, summary="Deliver a chunk of metric points",
)  # fmt: skip
GET_METRIC = Route(
    "get_metric", "GET", f"{_RUN}/metrics", "tracking", series.MetricSeries,
    query=series.MetricQuery, summary="Read the series of one metric",
)  # fmt: skip
GET_SERIES = Route(
    "get_series", "GET", f"{_V1}/series", "tracking", Page[series.RunSeries],
    query=series.SeriesQuery, summary="Read some metrics of many runs",
)  # fmt: skip
HEARTBEAT = Route(
    "heartbeat", "POST", f"{_RUN}/heartbeat", "tracking", runs.Run,
    summary="Say that a run's process lives, and see the run at a glance",
)  # fmt: skip
LOG_LINES = Route(
    "log_lines", "POST", f"{_RUN}/logs", "tracking", logs.LogReceipt,
    body=logs.LogLines, status=201, summary="Deliver a chunk of what a run printed",
)  # fmt: skip
GET_LOGS = Route(
    "get_logs", "GET", f"{_RUN}/logs", "tracking", Page[logs.LogPart],
    query=logs.LogQuery, summary="Read what a run printed",
)  # fmt: skip
USE_DATASET = Route(
    "use_dataset", "POST", f"{_RUN}/datasets", "tracking", runs.Dataset,
    body=runs.UseDataset, status=201, summary="Record a dataset as an input of a run",
)  # fmt: skip
LOG_ARTIFACT = Route(
    "log_artifact", "POST", f"{_RUN}/artifacts", "tracking", artifacts.Artifact,
    body=artifacts.LogArtifact, status=201, summary="Name stored files as an artifact of a run",
)  # fmt: skip

GET_USAGE = Route(
    "get_usage", "GET", f"{_V1}/usage", "tracking", quotas.Usage,
    summary="What the project uses, and its quota",
)  # fmt: skip

BEGIN_UPLOAD = Route(
    "begin_upload", "POST", f"{_V1}/uploads", "tracking", artifacts.Upload,
    body=artifacts.BeginUpload, summary="Ask which parts of some content are missing",
)  # fmt: skip
COMPLETE_UPLOAD = Route(
    "complete_upload", "POST", f"{_V1}/uploads/{{digest}}/complete", "tracking",
    artifacts.StoredObject, body=artifacts.CompleteUpload, summary="End an upload",
)  # fmt: skip
DOWNLOAD = Route(
    "download", "GET", f"{_V1}/objects/{{digest}}", "tracking", artifacts.Download,
    summary="A presigned address to read stored content from",
)  # fmt: skip

LIST_MODELS = Route(
    "list_models", "GET", f"{_V1}/models", "registry", Page[registry.Model],
    query=registry.SearchQuery, summary="List or search registered models",
)  # fmt: skip
GET_MODEL = Route("get_model", "GET", _MODEL, "registry", registry.Model, summary="Read a registered model")
CREATE_MODEL = Route(
    "create_model", "POST", f"{_V1}/models", "registry", registry.Model,
    body=registry.CreateModel, status=201, summary="Make a model without versions",
)  # fmt: skip
DESCRIBE_MODEL = Route(
    "describe_model", "PATCH", _MODEL, "registry", registry.Model,
    body=registry.Describe, summary="Change a model's description and tags",
)  # fmt: skip
DELETE_MODEL = Route(
    "delete_model", "DELETE", _MODEL, "registry", registry.Model,
    summary="Delete a model that nothing uses",
)  # fmt: skip
SET_ALIAS = Route(
    "set_alias", "PUT", f"{_MODEL}/aliases/{{alias}}", "registry", registry.ModelVersion,
    body=registry.SetAlias, summary="Point an alias at a version",
)  # fmt: skip
DELETE_ALIAS = Route(
    "delete_alias", "DELETE", f"{_MODEL}/aliases/{{alias}}", "registry", registry.Model,
    summary="Take an alias away",
)  # fmt: skip
LIST_CONSUMERS = Route(
    "list_consumers", "GET", f"{_MODEL}/consumers", "registry", lifecycle.Consumers,
    summary="List who has registered to use a model",
)  # fmt: skip
PUT_CONSUMER = Route(
    "put_consumer", "PUT", f"{_MODEL}/consumers/{{consumer}}", "registry", lifecycle.Consumer,
    body=lifecycle.PutConsumer, summary="Register something that uses a version",
)  # fmt: skip
REMOVE_CONSUMER = Route(
    "remove_consumer", "DELETE", f"{_MODEL}/consumers/{{consumer}}", "registry", registry.Model,
    summary="Forget a consumer",
)  # fmt: skip
GET_CARD = Route(
    "get_card", "GET", f"{_VERSION}/card", "registry", cards.ShownCard,
    query=cards.CardQuery, summary="Read a version's model card",
)  # fmt: skip
PUT_CARD = Route(
    "put_card", "PUT", f"{_VERSION}/card", "registry", cards.ShownCard,
    body=cards.PutCard, summary="Write a new revision of a model card",
)  # fmt: skip
PULL_VERSION = Route(
    "pull_version", "GET", f"{_VERSION}/pull", "registry", pulls.Pull,
    summary="What a name means now, with all to fetch and check it; 304 for a tag that still holds",
)  # fmt: skip
GET_SIGNING_KEY = Route(
    "get_signing_key", "GET", f"{_V1}/signing-key", "registry", signatures.SigningKey,
    summary="The public key of the signatures of versions",
)  # fmt: skip
FIND_VERSIONS = Route(
    "find_versions", "GET", f"{_V1}/versions", "registry", Page[registry.ModelVersion],
    query=registry.SearchQuery, summary="Search versions across models",
)  # fmt: skip
REGISTER_VERSION = Route(
    "register_version", "POST", f"{_MODEL}/versions", "registry", registry.ModelVersion,
    body=registry.RegisterVersion, status=201,
    summary="Register a version from a run's artifact, or from outside",
)  # fmt: skip
LIST_VERSIONS = Route(
    "list_versions", "GET", f"{_MODEL}/versions", "registry", Page[registry.ModelVersion],
    query=registry.PageQuery, summary="List versions, newest first",
)  # fmt: skip
GET_VERSION = Route(
    "get_version", "GET", _VERSION, "registry", registry.ModelVersion, summary="Read a version"
)
DESCRIBE_VERSION = Route(
    "describe_version", "PATCH", _VERSION, "registry", registry.ModelVersion,
    body=registry.Describe, summary="Change a version's description and tags",
)  # fmt: skip
CHANGE_LIFECYCLE = Route(
    "change_lifecycle", "POST", f"{_VERSION}/lifecycle", "registry", registry.ModelVersion,
    body=lifecycle.ChangeLifecycle, summary="Deprecate, reinstate, archive, retire or delete a version",
)  # fmt: skip
REQUEST_PROMOTION = Route(
    "request_promotion", "POST", f"{_VERSION}/promotions", "registry", approvals.Approval,
    body=approvals.RequestPromotion, status=202, summary="Ask for a version to enter a stage",
)  # fmt: skip
TRACE_VERSION = Route(
    "trace_version", "GET", f"{_VERSION}/trace", "registry", lineage.Trace,
    summary="All that stands behind a version",
)  # fmt: skip
VERIFY_VERSION = Route(
    "verify_version", "POST", f"{_VERSION}/verifications", "registry", lineage.Verification,
    body=lineage.VerifyVersion, summary="Hash a version's stored bytes and compare",
)  # fmt: skip
LIST_APPROVALS = Route(
    "list_approvals", "GET", f"{_V1}/approvals", "registry", Page[approvals.Approval],
    query=approvals.ApprovalQuery, summary="List approvals, newest first",
)  # fmt: skip
GET_APPROVAL = Route(
    "get_approval", "GET", f"{_V1}/approvals/{{approval_id}}", "registry", approvals.Approval,
    summary="Read an approval",
)  # fmt: skip
LIST_ENDPOINTS = Route(
    "list_endpoints", "GET", f"{_V1}/endpoints", "registry", Page[deployments.Endpoint],
    query=registry.PageQuery, summary="List endpoints",
)  # fmt: skip
GET_ENDPOINT = Route(
    "get_endpoint", "GET", f"{_V1}/endpoints/{{endpoint}}", "registry", deployments.Endpoint,
    summary="Read what is live at an endpoint",
)  # fmt: skip
LIST_DEPLOYMENTS = Route(
    "list_deployments", "GET", f"{_V1}/endpoints/{{endpoint}}/deployments", "registry",
    Page[deployments.Deployment], query=registry.PageQuery,
    summary="List an endpoint's deployments, newest first",
)  # fmt: skip
TRACE_ENDPOINT = Route(
    "trace_endpoint", "GET", f"{_V1}/endpoints/{{endpoint}}/trace", "registry", lineage.Trace,
    query=lineage.TraceQuery, summary="All that stands behind a live endpoint",
)  # fmt: skip
GET_POLICY = Route(
    "get_policy", "GET", f"{_V1}/policy", "registry", policies.StoredPolicy,
    summary="The promotion rules in force",
)  # fmt: skip

CHECK_POLICY = Route(
    "check_policy", "POST", f"{_V1}/policy-checks", "registry", rehearsals.PolicyCheck,
    body=rehearsals.CheckPolicy, summary="How rules would judge a version now",
)  # fmt: skip
BACKTEST_POLICY = Route(
    "backtest_policy", "POST", f"{_V1}/policy-backtests", "registry", Page[rehearsals.Backtested],
    body=rehearsals.BacktestPolicy, summary="How rules would have judged earlier requests",
)  # fmt: skip

DECIDE = Route(
    "decide", "POST", "/approvals/{project}/{approval_id}/decisions", "approvals",
    approvals.Approval, body=approvals.Decide, summary="Approve or reject a request",
)  # fmt: skip
DELEGATE = Route(
    "delegate", "POST", "/approvals/{project}/{approval_id}/delegations", "approvals",
    approvals.Approval, body=approvals.Delegate, summary="Hand a request on to another approver",
)  # fmt: skip
CANCEL_PROMOTION = Route(
    "cancel_promotion", "POST", "/approvals/{project}/{approval_id}/cancellations", "approvals",
    approvals.Approval, body=approvals.CancelPromotion, summary="Take one's own request back",
)  # fmt: skip
ROLLBACK = Route(
    "rollback", "POST", "/deployments/{project}/{endpoint}/rollbacks", "deployments",
    deployments.Deployment, body=deployments.Rollback, status=201,
    summary="Put an endpoint back on a version approved before",
)  # fmt: skip
INVOKE = Route(
    "invoke", "POST", "/endpoints/{project}/{endpoint}/invocations", "serving",
    deployments.Prediction, body=deployments.Invocation, summary="Predict with the live version",
)  # fmt: skip
CREATE_TOKEN = Route(
    "create_token", "POST", "/tokens/{project}", "tokens", tokens.Token,
    body=tokens.CreateToken, status=201, summary="Make a token for oneself", signed_only=True,
)  # fmt: skip
LIST_TOKENS = Route(
    "list_tokens", "GET", "/tokens/{project}", "tokens", Page[tokens.Token],
    query=registry.PageQuery, summary="List one's own tokens, newest first",
)  # fmt: skip
REVOKE_TOKEN = Route(
    "revoke_token", "DELETE", "/tokens/{project}/{token_id}", "tokens", tokens.Token,
    summary="Revoke one of one's own tokens",
)  # fmt: skip
LIST_AUDIT = Route(
    "list_audit", "GET", "/audit/{project}/models/{model}/records", "audit",
    Page[audit.AuditRecord], query=audit.AuditQuery, summary="Read a model's audit trail",
)  # fmt: skip
GET_AUDIT_HEAD = Route(
    "get_audit_head",
    "GET",
    "/audit/{project}/models/{model}/head",
    "audit",
    audit.AuditHead,
    summary="Read where a model's audit trail ends, and its last anchor",
)
LIST_PROJECT_AUDIT = Route(
    "list_project_audit", "GET", "/audit/{project}/records", "audit", Page[audit.AuditRecord],
    query=audit.AuditQuery, summary="Read a project's audit trail: members, tokens, rules",
)  # fmt: skip
GET_PROJECT_AUDIT_HEAD = Route(
    "get_project_audit_head", "GET", "/audit/{project}/head", "audit", audit.AuditHead,
    summary="Read where a project's audit trail ends, and its last anchor",
)  # fmt: skip
LIST_INSTALLATION_AUDIT = Route(
    "list_installation_audit", "GET", "/audit/records", "audit", Page[audit.AuditRecord],
    query=audit.AuditQuery, summary="Read the installation's audit trail: people",
)  # fmt: skip
GET_INSTALLATION_AUDIT_HEAD = Route(
    "get_installation_audit_head", "GET", "/audit/head", "audit", audit.AuditHead,
    summary="Read where the installation's audit trail ends, and its last anchor",
)  # fmt: skip
PUT_PERSON = Route(
    "put_person", "PUT", "/admin/people/{person_id}", "admin", people.Person,
    body=people.PutPerson, summary="Record a person and their identities",
)  # fmt: skip
UPDATE_PERSON = Route(
    "update_person", "PATCH", "/admin/people/{person_id}", "admin", people.Person,
    body=people.UpdatePerson, summary="Give a person identities, or take some away",
)  # fmt: skip
REMOVE_PERSON = Route(
    "remove_person", "DELETE", "/admin/people/{person_id}", "admin", people.Person,
    summary="Remove a person, their identities and their tokens",
)  # fmt: skip
LIST_PEOPLE = Route(
    "list_people", "GET", "/admin/people", "admin", Page[people.Person],
    query=registry.PageQuery, summary="List people",
)  # fmt: skip
LIST_PROJECTS = Route(
    "list_projects", "GET", "/admin/projects", "admin", Page[projects.Project],
    query=registry.PageQuery, summary="List projects",
)  # fmt: skip
CREATE_PROJECT = Route(
    "create_project", "PUT", "/admin/projects/{project}", "admin", projects.Project,
    body=projects.CreateProject, summary="Create a project", signed_only=True,
)  # fmt: skip
PUT_MEMBER = Route(
    "put_member", "PUT", "/admin/projects/{project}/members/{person_id}", "admin", projects.Member,
    body=projects.PutMember, summary="Give a person roles in a project",
)  # fmt: skip
REMOVE_MEMBER = Route(
    "remove_member", "DELETE", "/admin/projects/{project}/members/{person_id}", "admin",
    projects.Member, summary="Take a person out of a project",
)  # fmt: skip
LIST_ALL_TOKENS = Route(
    "list_all_tokens", "GET", "/admin/projects/{project}/tokens", "admin", Page[tokens.Token],
    query=registry.PageQuery, summary="List everybody's tokens, newest first",
)  # fmt: skip
REVOKE_ANY_TOKEN = Route(
    "revoke_any_token", "DELETE", "/admin/projects/{project}/tokens/{token_id}", "admin", tokens.Token,
    summary="Revoke anybody's token",
)  # fmt: skip
PUT_POLICY = Route(
    "put_policy", "PUT", "/admin/projects/{project}/policy", "admin", policies.StoredPolicy,
    body=policies.Policy, summary="Put a project's promotion rules in force",
)  # fmt: skip

PUT_QUOTA = Route(
    "put_quota", "PUT", "/admin/projects/{project}/quota", "admin", quotas.StoredQuota,
    body=quotas.Quota, summary="Put a project's quota in force",
)  # fmt: skip

ROUTES: tuple[Route[Any], ...] = tuple(v for v in globals().values() if isinstance(v, Route))

PATH_PARAMETERS: dict[str, Any] = {
    "project": base.ProjectName,
    "run_id": base.RunId,
    "digest": base.Digest,
    "model": base.ModelName,
    "version": references.VersionSelector,
    "alias": references.AliasName,
    "consumer": base.Slug,
    "approval_id": base.RecordId,
    "endpoint": base.EndpointName,
    "person_id": base.PersonId,
    "token_id": base.RecordId,
}
"""What each path parameter looks like; anything else is a 400."""
