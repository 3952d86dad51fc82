"""The project's MLflow surface, for what imports bring and the native routes do not have."""

import json
import re
from typing import TypeVar
from urllib.parse import quote, urlencode

from pydantic import ValidationError

from lineal.errors import ConflictError, UnexpectedAnswerError
from lineal.http.problem_errors import error_from
from lineal.http.transport import FileSlice, Request, Response
from lineal.resources.base import Resource
from lineal_contract.mlflow.endpoint import Endpoint
from lineal_contract.mlflow.errors import ErrorCode
from lineal_contract.mlflow.messages import Answer
from lineal_contract.mlflow.messages import Request as Message
from lineal_contract.problems import ProblemCode

Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Answer)


class MlflowSurface(Resource):
    """Calls endpoints of the surface with the client's own credentials."""

    def call(self, endpoint: Endpoint[Q, A], request: Q) -> A:
        """Return what an endpoint answers. Raises the errors that native routes raise."""
        fields = request.model_dump(by_alias=True, exclude_defaults=True)
        names = re.findall(r"\{(\w+)\}", endpoint.path)
        path = endpoint.path.format(**{name: quote(str(fields.pop(name)), safe="") for name in names})
        at = f"/mlflow/{self._api.project}/api/{endpoint.version}/{path}"
        if endpoint.method == "GET":
            query = urlencode(fields, quote_via=quote, safe="", doseq=True)
            response = self._api.send("GET", f"{at}?{query}")
        else:
            response = self._api.send(endpoint.method, at, json.dumps(fields).encode())
        return _answer(endpoint, response)

    def put(self, url: str, body: FileSlice) -> int:
        """Send a file to a presigned address and return the status."""
        return self._api.storage.send(Request("PUT", url, body=body)).status


def _answer(endpoint: Endpoint[Q, A], response: Response) -> A:
    if not response.ok:
        error = error_from(response)
        if ErrorCode.RESOURCE_ALREADY_EXISTS.encode() in response.body:
            raise ConflictError(error.detail, status=response.status, code=ProblemCode.ALREADY_EXISTS)
        raise error
    try:
        return endpoint.answer.model_validate_json(response.body)
    except ValidationError as error:
        raise UnexpectedAnswerError(f"{endpoint.name}: the answer is not in its form") from error
