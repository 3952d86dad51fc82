"""lineal approvals"""

from typing import Annotated

import typer

from lineal.cli import comparison
from lineal.cli.app import Json, Limit, client_of, group
from lineal.cli.output import moment, print_facts, print_json, print_table
from lineal.client import Client
from lineal_contract.approvals import Approval, ApprovalStatus, Verdict
from lineal_contract.links import approval_page

app = group("Look at requests for promotion, and decide them.")

ApprovalArgument = Annotated[str, typer.Argument(metavar="APPROVAL", help="The approval's id.")]


@app.command("list", epilog="Example: lineal approvals list --status pending")
def list_(
    context: typer.Context,
    status: Annotated[ApprovalStatus | None, typer.Option(help="Only those in this status.")] = None,
    model: Annotated[str | None, typer.Option(help="Only those of this model.")] = None,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """List approvals, newest first."""
    found = client_of(context).approvals.list(status=status, model=model, limit=limit)
    if as_json:
        return print_json(found)
    return print_table(
        ("APPROVAL", "MODEL", "VERSION", "STAGE", "STATUS", "ASKED BY", "REASON"),
        ((a.id, a.model, a.version, a.stage, a.status, a.requested_by.display_name, a.reason) for a in found),
    )


@app.command(epilog="Example: lineal approvals show 0192f0c1a2b37c4d8e5f60718293a4b5")
def show(context: typer.Context, approval_id: ApprovalArgument, as_json: Json = False) -> None:
    """Show a request with its rules, its decisions, and its metrics against production."""
    client = client_of(context)
    approval = client.approvals.get(approval_id)
    if as_json:
        print_json(approval)
    else:
        print_facts([*facts(approval), *_elsewhere(client, approval)])
        print_table(comparison.columns(approval), comparison.rows(client, approval))


@app.command(epilog="Example: lineal approvals approve 0192f0c1a2b37c4d8e5f60718293a4b5 --reason 'checked'")
def approve(
    context: typer.Context,
    approval_id: ApprovalArgument,
    reason: Annotated[str, typer.Option(help="What was checked.")] = "",
    as_json: Json = False,
) -> None:
    """Say yes. One's own request cannot be approved (exit 6)."""
    _print(client_of(context).approvals.decide(approval_id, Verdict.APPROVE, reason), as_json)


@app.command(epilog="Example: lineal approvals reject 0192f0c1a2b37c4d8e5f60718293a4b5 --reason 'biased'")
def reject(
    context: typer.Context,
    approval_id: ApprovalArgument,
    reason: Annotated[str, typer.Option(help="Why not.")],
    as_json: Json = False,
) -> None:
    """Say no, with the reason."""
    _print(client_of(context).approvals.decide(approval_id, Verdict.REJECT, reason), as_json)


@app.command(
    epilog="Example: lineal approvals delegate 0192f0c1a2b37c4d8e5f60718293a4b5 --to cleo --reason 'on leave'"
)
def delegate(
    context: typer.Context,
    approval_id: ApprovalArgument,
    to: Annotated[str, typer.Option(metavar="PERSON", help="Who shall decide instead.")],
    reason: Annotated[str, typer.Option(help="Why not oneself.")],
    as_json: Json = False,
) -> None:
    """Leave the decision to another approver; it gives them no right that they do not have."""
    _print(client_of(context).approvals.delegate(approval_id, to, reason), as_json)


@app.command(
    epilog="Example: lineal approvals cancel 0192f0c1a2b37c4d8e5f60718293a4b5 --reason 'wrong dataset'"
)
def cancel(
    context: typer.Context,
    approval_id: ApprovalArgument,
    reason: Annotated[str, typer.Option(help="Why it is not wanted any more.")],
    as_json: Json = False,
) -> None:
    """Take one's own request back, before it is decided."""
    _print(client_of(context).approvals.cancel(approval_id, reason), as_json)


def _print(approval: Approval, as_json: bool) -> None:
    print_json(approval) if as_json else print_facts(facts(approval))


def _elsewhere(client: Client, approval: Approval) -> list[tuple[str, object]]:
    version = f"{approval.model}@{approval.version}"
    return [
        ("card", f"lineal card show {version}"),
        ("lineage", f"lineal trace --model {approval.model} --version {approval.version}"),
        ("page", approval_page(client.api_url, approval.project, approval.approval_id)),
    ]


def facts(approval: Approval) -> list[tuple[str, object]]:
    """Return an approval as names and values."""
    return [
        ("approval", approval.approval_id),
        ("version", f"{approval.model} {approval.version}"),
        ("stage", approval.stage),
        ("status", approval.status),
        ("reason", approval.reason),
        ("asked by", f"{approval.requested_by.display_name}, {moment(approval.requested_at)}"),
        ("policy", _policy(approval)),
        ("compared with", _baseline(approval)),
        *(("rule", f"{'holds' if r.passed else 'BROKEN'}: {r.message}") for r in approval.rule_results),
        ("refusal", approval.refusal),
        ("approvals", f"{agreed(approval)} of {approval.approvals_needed}"),
        *(
            ("decision", f"{d.verdict} by {d.actor.display_name}, {moment(d.decided_at)}: {d.reason}")
            for d in approval.decisions
        ),
        *(
            ("handed on", f"by {d.actor.display_name} to {d.to}, {moment(d.delegated_at)}: {d.reason}")
            for d in approval.delegations
        ),
        ("applied", moment(approval.applied_at)),
        ("expires", moment(approval.expires_at) if approval.applied_at is None else None),
    ]


def agreed(approval: Approval) -> int:
    """Return how many people have said yes."""
    return sum(decision.verdict is Verdict.APPROVE for decision in approval.decisions)


def _policy(approval: Approval) -> str:
    policy = approval.policy
    return f"{policy.name} {policy.digest}" + (f", commit {policy.commit}" if policy.commit else "")


def _baseline(approval: Approval) -> str | None:
    number = approval.baseline_version
    return None if number is None else f"version {number}, then in production"
