"""A request's version beside the production version that it is compared with."""

import math

from lineal.client import Client
from lineal.errors import NotFoundError
from lineal_contract.approvals import Approval

Row = tuple[str, str, str, str]


def columns(approval: Approval) -> tuple[str, str, str, str]:
    """Return the heads of the table."""
    baseline = approval.baseline_version
    production = "PRODUCTION" if baseline is None else f"PRODUCTION ({baseline})"
    return "METRIC", production, f"VERSION {approval.version}", "DIFFERENCE"


def rows(client: Client, approval: Approval) -> list[Row]:
    """Return each metric of either version; nothing of a version that is deleted since."""
    now = _metrics(client, approval.model, approval.version)
    before = _metrics(client, approval.model, approval.baseline_version)
    return [_row(name, before.get(name), now.get(name)) for name in sorted({*now, *before})]


def _metrics(client: Client, model: str, version: int | None) -> dict[str, float]:
    if version is None:
        return {}
    try:
        return client.models.version(model, version).metrics
    except NotFoundError:
        return {}


def _row(name: str, before: float | None, now: float | None) -> Row:
    difference = math.nan if before is None or now is None else now - before
    shown = f"{difference:+.6g}" if math.isfinite(difference) else ""
    return name, _figure(before), _figure(now), shown


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
