"""Audit trails, to read: of models, of projects and of the installation."""

from functions.bootstrap import backend
from functions.core.audit.trails import INSTALLATION
from functions.http import Api, Call
from lineal_contract.audit import AuditHead, AuditRecord
from lineal_contract.base import Page
from lineal_contract.routes import audit as routes

handler = Api()


@handler.handles(routes.LIST_AUDIT)
def list_audit(call: Call) -> Page[AuditRecord]:
    """List a model's records."""
    size, after = _page(call)
    return _cut(backend().models.audit(call.project, call.path["model"], after, size + 1), size)


@handler.handles(routes.GET_AUDIT_HEAD)
def get_audit_head(call: Call) -> AuditHead:
    """Read the end of a model's trail."""
    return backend().anchoring.head(call.project, call.path["model"])


@handler.handles(routes.LIST_PROJECT_AUDIT)
def list_project_audit(call: Call) -> Page[AuditRecord]:
    """List a project's records."""
    size, after = _page(call)
    return _cut(backend().trails.records(call.project, after, size + 1), size)


@handler.handles(routes.GET_PROJECT_AUDIT_HEAD)
def get_project_audit_head(call: Call) -> AuditHead:
    """Read the end of a project's trail."""
    return backend().anchoring.head(call.project)


@handler.handles(routes.LIST_INSTALLATION_AUDIT)
def list_installation_audit(call: Call) -> Page[AuditRecord]:
    """List the installation's records."""
    size, after = _page(call)
    return _cut(backend().trails.records(INSTALLATION, after, size + 1), size)


@handler.handles(routes.GET_INSTALLATION_AUDIT_HEAD)
def get_installation_audit_head(call: Call) -> AuditHead:
    """Read the end of the installation's trail."""
    return backend().anchoring.head(INSTALLATION)


def _page(call: Call) -> tuple[int, int]:
    """A page token is the sequence to go on after."""
    return call.query.page_size, int(call.query.page_token or 0)


def _cut(found: list[AuditRecord], size: int) -> Page[AuditRecord]:
    more = str(found[size - 1].sequence) if len(found) > size else None
    return Page(items=tuple(found[:size]), next_page_token=more)
