"""What a waiting approval is about, by name, for whoever looks at its execution.

It is there to be read and decides nothing. It has to be JSON, which knows no NaN, and far below the 256 KiB
of a state's input, whatever people have logged.
"""

import math
from datetime import UTC, datetime
from typing import Any

from functions.core.models.cards import known_fields
from lineal_contract.approvals import Approval
from lineal_contract.cards import ModelCard
from lineal_contract.links import approval_page
from lineal_contract.policies import RuleResult
from lineal_contract.registry import ModelVersion
from lineal_contract.runs import Run

MOST_METRICS = 50
MOST_CHARS = 1_000


def briefing(
    approval: Approval,
    version: ModelVersion,
    baseline: ModelVersion | None,
    run: Run | None,
    card: ModelCard | None,
    page: str | None,
) -> dict[str, Any]:
    """Return what is asked, what the rules said, how it compares, where to decide and until when."""
    return {
        "approval_id": approval.approval_id,
        "project": approval.project,
        "model": approval.model,
        "version": approval.version,
        "to_stage": str(approval.stage),
        "requested_by": approval.requested_by.display_name,
        "requested_at": _time(approval.requested_at),
        "reason": _short(approval.reason),
        "expires_at": _time(approval.expires_at),
        "approvals_needed": approval.approvals_needed,
        "baseline": _named(baseline),
        "metrics": _compared(version.metrics, baseline.metrics if baseline else {}),
        "rules": [_rule(result) for result in approval.rule_results],
        "policy": approval.policy.model_dump(mode="json", exclude_none=True),
        "card": _card(version, run, card),
        "manifest_digest": approval.manifest_digest,
        "links": {"page": approval_page(page, approval.project, approval.approval_id)} if page else {},
    }


def _named(baseline: ModelVersion | None) -> dict[str, Any] | None:
    if baseline is None:
        return None
    return {"model": baseline.model, "version": baseline.version, "stage": str(baseline.stage)}


def _compared(candidate: dict[str, float], baseline: dict[str, float]) -> dict[str, Any]:
    names = sorted(candidate.keys() | baseline.keys())[:MOST_METRICS]
    return {
        name: {"version": _number(candidate.get(name)), "baseline": _number(baseline.get(name))}
        for name in names
    }


def _rule(result: RuleResult) -> dict[str, Any]:
    return {"check": result.check, "holds": result.passed, "message": _short(result.message)}


def _card(version: ModelVersion, run: Run | None, card: ModelCard | None) -> dict[str, Any]:
    written = card.model_dump() if card else {}
    return {
        **{field: _short(text) for field, text in written.items() if text.strip()},
        "known_fields": sorted(known_fields(version, run)),
        "description": _short(version.description),
        "format": version.info.format if version.info else None,
        "algorithm": version.info.algorithm if version.info else None,
        **(_origin(run) if run else {"made_outside": _short(version.source)}),
    }


def _origin(run: Run) -> dict[str, Any]:
    return {
        "run": run.run_id,
        "experiment": run.experiment,
        "trained_by": run.actor.display_name,
        "code": run.code.commit or run.code.script_digest,
        "datasets": [{"name": d.name, "digest": d.digest} for d in run.datasets[:20]],
    }


def _number(value: float | None) -> float | str | None:
    return value if value is None or math.isfinite(value) else str(value)


def _time(millis: int | None) -> str | None:
    if millis is None:
        return None
    return datetime.fromtimestamp(millis / 1000, UTC).isoformat(timespec="seconds")


def _short(text: str) -> str:
    return text if len(text) <= MOST_CHARS else f"{text[:MOST_CHARS]}…"
