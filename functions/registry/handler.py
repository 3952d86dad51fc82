"""Models, versions, promotion requests, and all that there is to read about them."""

import time

from functions.bootstrap import backend
from functions.http import Api, Call
from lineal_contract.approvals import Approval
from lineal_contract.base import Page
from lineal_contract.cards import ShownCard
from lineal_contract.deployments import Deployment, Endpoint
from lineal_contract.lifecycle import Consumer, Consumers
from lineal_contract.lineage import Trace, Verification
from lineal_contract.policies import StoredPolicy
from lineal_contract.projects import Member, Project
from lineal_contract.pulls import Pull
from lineal_contract.registry import Model, ModelVersion
from lineal_contract.rehearsals import Backtested, PolicyCheck
from lineal_contract.routes import registry as routes
from lineal_contract.signatures import SigningKey

VERIFY_SECONDS = 15.0
"""How long one verification request hashes before it says where to go on; an HTTP API waits 30 s."""

handler = Api()


@handler.handles(routes.GET_PROJECT)
def get_project(call: Call) -> Project:
    """Read a project."""
    return backend().project_administration.project(call.project)


@handler.handles(routes.LIST_MEMBERS)
def list_members(call: Call) -> Page[Member]:
    """List members."""
    size, token = call.query.page_size, call.query.page_token
    return backend().project_administration.members(call.project, size, token)


@handler.handles(routes.LIST_MODELS)
def list_models(call: Call) -> Page[Model]:
    """List or search models."""
    return backend().finding.find_models(call.project, call.query)


@handler.handles(routes.FIND_VERSIONS)
def find_versions(call: Call) -> Page[ModelVersion]:
    """Search versions."""
    return backend().finding.find_versions(call.project, call.query)


@handler.handles(routes.GET_CARD)
def get_card(call: Call) -> ShownCard:
    """Read a card."""
    model, which = call.path["model"], call.path["version"]
    return backend().cards.show(call.project, model, which, call.query.revision)


@handler.handles(routes.PUT_CARD)
def put_card(call: Call) -> ShownCard:
    """Write a card."""
    model, which = call.path["model"], call.path["version"]
    return backend().cards.write(call.project, model, which, call.body, call.cause())


@handler.handles(routes.PULL_VERSION)
def pull_version(call: Call) -> Pull:
    """Say what a name means now."""
    return backend().registry.pull(call.project, call.path["model"], call.path["version"])


@handler.handles(routes.GET_SIGNING_KEY)
def get_signing_key(call: Call) -> SigningKey:
    """Give the public key."""
    return backend().signing.key()


@handler.handles(routes.GET_MODEL)
def get_model(call: Call) -> Model:
    """Read a model."""
    return backend().registry.model(call.project, call.path["model"])


@handler.handles(routes.CREATE_MODEL)
def create_model(call: Call) -> Model:
    """Make a model."""
    return backend().curating.create(call.project, call.body, call.cause())


@handler.handles(routes.DESCRIBE_MODEL)
def describe_model(call: Call) -> Model:
    """Describe a model."""
    return backend().curating.describe(call.project, call.path["model"], call.body, call.cause())


@handler.handles(routes.RENAME_MODEL)
def rename_model(call: Call) -> Model:
    """Rename a model."""
    return backend().renaming.rename(call.project, call.path["model"], call.body, call.cause())


@handler.handles(routes.DELETE_MODEL)
def delete_model(call: Call) -> Model:
    """Delete a model."""
    return backend().curating.delete(call.project, call.path["model"], call.cause())


@handler.handles(routes.SET_ALIAS)
def set_alias(call: Call) -> ModelVersion:
    """Move an alias."""
    model, alias = call.path["model"], call.path["alias"]
    return backend().curating.set_alias(call.project, model, alias, call.body, call.cause())


@handler.handles(routes.DELETE_ALIAS)
def delete_alias(call: Call) -> Model:
    """Remove an alias."""
    model, alias = call.path["model"], call.path["alias"]
    return backend().curating.delete_alias(call.project, model, alias, call.cause())


@handler.handles(routes.LIST_CONSUMERS)
def list_consumers(call: Call) -> Consumers:
    """List consumers."""
    return backend().curating.consumers(call.project, call.path["model"])


@handler.handles(routes.PUT_CONSUMER)
def put_consumer(call: Call) -> Consumer:
    """Register a consumer."""
    model, name = call.path["model"], call.path["consumer"]
    return backend().curating.put_consumer(call.project, model, name, call.body, call.cause())


@handler.handles(routes.REMOVE_CONSUMER)
def remove_consumer(call: Call) -> Model:
    """Forget a consumer."""
    model, name = call.path["model"], call.path["consumer"]
    return backend().curating.remove_consumer(call.project, model, name, call.cause())


@handler.handles(routes.DESCRIBE_VERSION)
def describe_version(call: Call) -> ModelVersion:
    """Describe a version."""
    model, which = call.path["model"], call.path["version"]
    return backend().curating.describe_version(call.project, model, which, call.body, call.cause())


@handler.handles(routes.CHANGE_LIFECYCLE)
def change_lifecycle(call: Call) -> ModelVersion:
    """Change a version's life."""
    model, which = call.path["model"], call.path["version"]
    return backend().curating.change_lifecycle(call.project, model, which, call.body, call.cause())


@handler.handles(routes.REGISTER_VERSION)
def register_version(call: Call) -> ModelVersion:
    """Make a version."""
    return backend().registry.register(call.project, call.path["model"], call.body, call.cause())


@handler.handles(routes.LIST_VERSIONS)
def list_versions(call: Call) -> Page[ModelVersion]:
    """List versions."""
    page = call.query
    return backend().registry.list_versions(call.project, call.path["model"], page.page_size, page.page_token)


@handler.handles(routes.GET_VERSION)
def get_version(call: Call) -> ModelVersion:
    """Read a version."""
    return backend().registry.version(call.project, call.path["model"], call.path["version"])


@handler.handles(routes.REQUEST_PROMOTION)
def request_promotion(call: Call) -> Approval:
    """Ask for a stage."""
    model, which = call.path["model"], call.path["version"]
    return backend().asking.ask(call.project, model, which, call.body, call.cause())


@handler.handles(routes.TRACE_VERSION)
def trace_version(call: Call) -> Trace:
    """Trace a version."""
    return backend().tracing.from_version(call.project, call.path["model"], call.path["version"])


@handler.handles(routes.VERIFY_VERSION)
def verify_version(call: Call) -> Verification:
    """Hash stored bytes."""
    from functions.core.models.verification import verify
    from functions.core.objects.manifests import whole

    asked = backend().registry.version(call.project, call.path["model"], call.path["version"])
    version = whole(asked, backend().objects)
    deadline = time.monotonic() + VERIFY_SECONDS
    return verify(version, call.body, backend().objects, lambda: time.monotonic() < deadline)


@handler.handles(routes.LIST_APPROVALS)
def list_approvals(call: Call) -> Page[Approval]:
    """List approvals; a page may hold fewer than asked for where a filter leaves some out."""
    wanted = call.query
    page = backend().models.approvals(call.project, wanted.page_size, wanted.page_token)
    items = tuple(
        a for a in page.items if wanted.status in (None, a.status) and wanted.model in (None, a.model)
    )
    return Page(items=items, next_page_token=page.next_page_token)


@handler.handles(routes.GET_APPROVAL)
def get_approval(call: Call) -> Approval:
    """Read an approval."""
    return backend().models.approval(call.project, call.path["approval_id"])


@handler.handles(routes.LIST_ENDPOINTS)
def list_endpoints(call: Call) -> Page[Endpoint]:
    """List endpoints."""
    return backend().models.endpoints(call.project, call.query.page_size, call.query.page_token)


@handler.handles(routes.GET_ENDPOINT)
def get_endpoint(call: Call) -> Endpoint:
    """Read an endpoint."""
    return backend().tracing.endpoint(call.project, call.path["endpoint"])


@handler.handles(routes.LIST_DEPLOYMENTS)
def list_deployments(call: Call) -> Page[Deployment]:
    """List deployments."""
    page = call.query
    return backend().models.deployments(call.project, call.path["endpoint"], page.page_size, page.page_token)


@handler.handles(routes.TRACE_ENDPOINT)
def trace_endpoint(call: Call) -> Trace:
    """Trace an endpoint."""
    return backend().tracing.from_endpoint(call.project, call.path["endpoint"], call.query.deployment_id)


@handler.handles(routes.GET_POLICY)
def get_policy(call: Call) -> StoredPolicy:
    """Read the rules in force."""
    return backend().rules_administration.policy(call.project)


@handler.handles(routes.CHECK_POLICY)
def check_policy(call: Call) -> PolicyCheck:
    """Try rules on a version."""
    return backend().rehearsing.check(call.project, call.body)


@handler.handles(routes.BACKTEST_POLICY)
def backtest_policy(call: Call) -> Page[Backtested]:
    """Try rules on what was decided."""
    return backend().rehearsing.backtest(call.project, call.body)
