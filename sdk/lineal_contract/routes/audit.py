"""Audit trails, to read."""

from lineal_contract import audit
from lineal_contract.base import Page
from lineal_contract.routes.route import Route

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
