"""People's decisions on approvals, by the API."""

from functions.bootstrap import backend
from functions.http import Api, Call
from lineal_contract.approvals import Approval
from lineal_contract.routes import approvals as routes

handler = Api()


@handler.handles(routes.DECIDE)
def decide(call: Call) -> Approval:
    """Approve or reject."""
    return backend().approving.decide(
        call.project, call.path["approval_id"], call.body, backend().waiting, call.cause()
    )


@handler.handles(routes.DELEGATE)
def delegate(call: Call) -> Approval:
    """Hand a request on."""
    return backend().approving.delegate(call.project, call.path["approval_id"], call.body, call.cause())


@handler.handles(routes.CANCEL_PROMOTION)
def cancel(call: Call) -> Approval:
    """Take a request back."""
    return backend().approving.cancel(
        call.project, call.path["approval_id"], call.body, backend().waiting, call.cause()
    )
