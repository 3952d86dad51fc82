"""Predictions by the version that is live."""

from functions.bootstrap import backend
from functions.http import Api, Call
from lineal_contract.deployments import Prediction
from lineal_contract.routes import serving as routes

handler = Api()


@handler.handles(routes.INVOKE)
def invoke(call: Call) -> Prediction:
    """Predict."""
    return backend().serving.predict(call.project, call.path["endpoint"], call.body)
