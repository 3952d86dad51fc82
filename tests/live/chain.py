"""What is walked: train, register, ask, refuse, approve, deploy, predict, trace, verify, roll back."""

from collections.abc import Callable
from pathlib import Path

import lineal
from lineal.resources.approvals import Approval
from lineal.resources.versions import Version
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.roles import Role
from tests.e2e.onnx_bytes import linear_model
from tests.live.staff import Staff

_WAIT = 300.0
ROWS = [[1.0, 2.0], [3.0, 4.0]]
Told = Callable[[str], None]


def walk(staff: Staff, told: Told) -> None:
    """Walk the chain, and assert at each step what it promises."""
    scientist, auditor = staff[Role.DATA_SCIENTIST], staff[Role.AUDITOR]
    first = _live(staff, _version(staff, mae=50.0, weight=1.0))
    told(f"version {first.version} is live")
    assert scientist.endpoints.predict("m", ROWS).outputs == (3.0, 7.0)

    worse = _version(staff, mae=55.0, weight=3.0).promote("production", reason="it is worse")
    assert worse.wait(timeout=_WAIT).status is ApprovalStatus.REFUSED
    told("a worse version was refused by the rule")

    better = _live(staff, _version(staff, mae=40.0, weight=2.0))
    assert scientist.endpoints.predict("m", ROWS).outputs == (6.0, 14.0)
    assert auditor.traces.of_endpoint("m", verify=True).verified
    told(f"version {better.version} is live, and its trace verifies")

    staff[Role.DEPLOYER].endpoints.rollback("m", first.version, reason="the live suite goes back")
    scientist.endpoints.wait("m", first.version, timeout=_WAIT)
    assert scientist.endpoints.predict("m", ROWS).outputs == (3.0, 7.0)
    assert auditor.audit.verify("m").ok
    told("rolled back, and the audit trail verifies")


def _version(staff: Staff, mae: float, weight: float) -> Version:
    client = staff[Role.DATA_SCIENTIST]
    with lineal.run(params={"weight": weight}, client=client, script=Path(__file__)) as run:
        run.use_dataset("rows", b"1,2,3\n")
        run.log({"mae": mae}, step=0)
        artifact = run.log_model(linear_model(weight))
    return lineal.register("m", artifact, run=run, client=client)


def _live(staff: Staff, version: Version) -> Version:
    asked = version.promote("production", reason="the live suite asks")
    pending: Approval = asked.wait(timeout=_WAIT, until={ApprovalStatus.PENDING})
    assert pending.status is ApprovalStatus.PENDING, pending.refusal
    staff[Role.APPROVER].approvals.get(pending.id).approve("the live suite approves")
    applied = pending.wait(timeout=_WAIT)
    assert applied.status is ApprovalStatus.APPLIED, applied
    staff[Role.DATA_SCIENTIST].endpoints.wait("m", version.version, timeout=_WAIT)
    return version
