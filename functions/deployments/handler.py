"""Rolling an endpoint back."""

from functions.bootstrap import backend
from functions.http import Api, Call
from lineal_contract.deployments import Deployment
from lineal_contract.routes import deployments as routes

handler = Api()


@handler.handles(routes.ROLLBACK)
def rollback(call: Call) -> Deployment:
    """Put an endpoint back."""
    return backend().releasing.roll_back(call.project, call.path["endpoint"], call.body, call.cause())
