"""Models, versions and what is around them, to make and to read."""

from lineal_contract import (
    approvals,
    cards,
    deployments,
    lifecycle,
    lineage,
    policies,
    projects,
    pulls,
    registry,
    rehearsals,
    signatures,
)
from lineal_contract.base import Page
from lineal_contract.routes.route import MODEL, V1, VERSION, Route

GET_PROJECT = Route("get_project", "GET", V1, "registry", projects.Project, summary="Read a project")
LIST_MEMBERS = Route(
    "list_members", "GET", f"{V1}/members", "registry", Page[projects.Member],
    query=registry.PageQuery, summary="List who is in a project, with which roles",
)  # fmt: skip
LIST_MODELS = Route(
    "list_models", "GET", f"{V1}/models", "registry", Page[registry.Model],
    query=registry.SearchQuery, summary="List or search registered models",
)  # fmt: skip
GET_MODEL = Route("get_model", "GET", MODEL, "registry", registry.Model, summary="Read a registered model")
CREATE_MODEL = Route(
    "create_model", "POST", f"{V1}/models", "registry", registry.Model,
    body=registry.CreateModel, status=201, summary="Make a model without versions", once=True,
)  # fmt: skip
DESCRIBE_MODEL = Route(
    "describe_model", "PATCH", MODEL, "registry", registry.Model,
    body=registry.Describe, summary="Change a model's description and tags", once=True,
)  # fmt: skip
RENAME_MODEL = Route(
    "rename_model", "PUT", f"{MODEL}/name", "registry", registry.Model,
    body=registry.RenameModel, summary="Give a model another name while nothing outside goes by it",
    once=True,
)  # fmt: skip
DELETE_MODEL = Route(
    "delete_model", "DELETE", MODEL, "registry", registry.Model,
    summary="Delete a model that nothing uses", once=True,
)  # fmt: skip
SET_ALIAS = Route(
    "set_alias", "PUT", f"{MODEL}/aliases/{{alias}}", "registry", registry.ModelVersion,
    body=registry.SetAlias, summary="Point an alias at a version", once=True,
)  # fmt: skip
DELETE_ALIAS = Route(
    "delete_alias", "DELETE", f"{MODEL}/aliases/{{alias}}", "registry", registry.Model,
    summary="Take an alias away", once=True,
)  # fmt: skip
LIST_CONSUMERS = Route(
    "list_consumers", "GET", f"{MODEL}/consumers", "registry", lifecycle.Consumers,
    summary="List who has registered to use a model",
)  # fmt: skip
PUT_CONSUMER = Route(
    "put_consumer", "PUT", f"{MODEL}/consumers/{{consumer}}", "registry", lifecycle.Consumer,
    body=lifecycle.PutConsumer, summary="Register something that uses a version", once=True,
)  # fmt: skip
REMOVE_CONSUMER = Route(
    "remove_consumer", "DELETE", f"{MODEL}/consumers/{{consumer}}", "registry", registry.Model,
    summary="Forget a consumer", once=True,
)  # fmt: skip
GET_CARD = Route(
    "get_card", "GET", f"{VERSION}/card", "registry", cards.ShownCard,
    query=cards.CardQuery, summary="Read a version's model card",
)  # fmt: skip
PUT_CARD = Route(
    "put_card", "PUT", f"{VERSION}/card", "registry", cards.ShownCard,
    body=cards.PutCard, summary="Write a new revision of a model card", once=True,
)  # fmt: skip
PULL_VERSION = Route(
    "pull_version", "GET", f"{VERSION}/pull", "registry", pulls.Pull,
    summary="What a name means now, with all to fetch and check it; 304 for a tag that still holds",
)  # fmt: skip
GET_SIGNING_KEY = Route(
    "get_signing_key", "GET", f"{V1}/signing-key", "registry", signatures.SigningKey,
    summary="The public key of the signatures of versions",
)  # fmt: skip
FIND_VERSIONS = Route(
    "find_versions", "GET", f"{V1}/versions", "registry", Page[registry.ModelVersion],
    query=registry.SearchQuery, summary="Search versions across models",
)  # fmt: skip
REGISTER_VERSION = Route(
    "register_version", "POST", f"{MODEL}/versions", "registry", registry.ModelVersion,
    body=registry.RegisterVersion, status=201,
    summary="Register a version from a run's artifact, or from outside",
)  # fmt: skip
LIST_VERSIONS = Route(
    "list_versions", "GET", f"{MODEL}/versions", "registry", Page[registry.ModelVersion],
    query=registry.PageQuery, summary="List versions, newest first",
)  # fmt: skip
GET_VERSION = Route(
    "get_version", "GET", VERSION, "registry", registry.ModelVersion, summary="Read a version"
)
DESCRIBE_VERSION = Route(
    "describe_version", "PATCH", VERSION, "registry", registry.ModelVersion,
    body=registry.Describe, summary="Change a version's description and tags", once=True,
)  # fmt: skip
CHANGE_LIFECYCLE = Route(
    "change_lifecycle", "POST", f"{VERSION}/lifecycle", "registry", registry.ModelVersion,
    body=lifecycle.ChangeLifecycle, summary="Deprecate, reinstate, archive, retire or delete a version",
    once=True,
)  # fmt: skip
REQUEST_PROMOTION = Route(
    "request_promotion", "POST", f"{VERSION}/promotions", "registry", approvals.Approval,
    body=approvals.RequestPromotion, status=202, summary="Ask for a version to enter a stage",
    once=True,
)  # fmt: skip
TRACE_VERSION = Route(
    "trace_version", "GET", f"{VERSION}/trace", "registry", lineage.Trace,
    summary="All that stands behind a version",
)  # fmt: skip
VERIFY_VERSION = Route(
    "verify_version", "POST", f"{VERSION}/verifications", "registry", lineage.Verification,
    body=lineage.VerifyVersion, summary="Hash a version's stored bytes and compare",
)  # fmt: skip
LIST_APPROVALS = Route(
    "list_approvals", "GET", f"{V1}/approvals", "registry", Page[approvals.Approval],
    query=approvals.ApprovalQuery, summary="List approvals, newest first",
)  # fmt: skip
GET_APPROVAL = Route(
    "get_approval", "GET", f"{V1}/approvals/{{approval_id}}", "registry", approvals.Approval,
    summary="Read an approval",
)  # fmt: skip
LIST_ENDPOINTS = Route(
    "list_endpoints", "GET", f"{V1}/endpoints", "registry", Page[deployments.Endpoint],
    query=registry.PageQuery, summary="List endpoints",
)  # fmt: skip
GET_ENDPOINT = Route(
    "get_endpoint", "GET", f"{V1}/endpoints/{{endpoint}}", "registry", deployments.Endpoint,
    summary="Read what is live at an endpoint",
)  # fmt: skip
LIST_DEPLOYMENTS = Route(
    "list_deployments", "GET", f"{V1}/endpoints/{{endpoint}}/deployments", "registry",
    Page[deployments.Deployment], query=registry.PageQuery,
    summary="List an endpoint's deployments, newest first",
)  # fmt: skip
TRACE_ENDPOINT = Route(
    "trace_endpoint", "GET", f"{V1}/endpoints/{{endpoint}}/trace", "registry", lineage.Trace,
    query=lineage.TraceQuery, summary="All that stands behind a live endpoint",
)  # fmt: skip
GET_POLICY = Route(
    "get_policy", "GET", f"{V1}/policy", "registry", policies.StoredPolicy,
    summary="The promotion rules in force",
)  # fmt: skip
CHECK_POLICY = Route(
    "check_policy", "POST", f"{V1}/policy-checks", "registry", rehearsals.PolicyCheck,
    body=rehearsals.CheckPolicy, summary="How rules would judge a version now",
)  # fmt: skip
BACKTEST_POLICY = Route(
    "backtest_policy", "POST", f"{V1}/policy-backtests", "registry", Page[rehearsals.Backtested],
    body=rehearsals.BacktestPolicy, summary="How rules would have judged earlier requests",
)  # fmt: skip
