"""Decisions: the one function that may wake a waiting workflow."""

from functions.bootstrap import backend
from functions.http import Api, Call
from lineal_contract import routes
from lineal_contract.approvals import Approval

handler = Api()


@handler.handles(routes.DECIDE)
def decide(call: Call) -> Approval:
    """Approve or reject."""
    return backend().approving.decide(
        call.project, call.path["approval_id"], call.body, backend().waiting, call.cause()
    )
