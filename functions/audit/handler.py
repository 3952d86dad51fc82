"""The audit trail, to read."""

from functions.bootstrap import backend
from functions.http import Api, Call
from lineal_contract import routes
from lineal_contract.audit import AuditHead, AuditRecord
from lineal_contract.base import Page

handler = Api()


@handler.handles(routes.LIST_AUDIT)
def list_audit(call: Call) -> Page[AuditRecord]:
    """List records; a page token is the sequence to go on after."""
    size, after = call.query.page_size, int(call.query.page_token or 0)
    found = backend().models.audit(call.project, call.path["model"], after, size + 1)
    more = str(found[size - 1].sequence) if len(found) > size else None
    return Page(items=tuple(found[:size]), next_page_token=more)


@handler.handles(routes.GET_AUDIT_HEAD)
def get_audit_head(call: Call) -> AuditHead:
    """Read the end of the trail."""
    return backend().anchoring.head(call.project, call.path["model"])
