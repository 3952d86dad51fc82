"""moto's DynamoDB without the HTTP between it and boto3, which takes three quarters of a call.

What goes over the wire is proved by tests/integration on the same tables; what makes thousands of calls, and
is about their order and their failures, speaks to the engine itself.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.responses import DynamoHandler

Data = dict[str, Any]
_OPERATIONS = {
    "batch_get_item",
    "delete_item",
    "get_item",
    "put_item",
    "query",
    "transact_write_items",
    "update_item",
}


class DirectDynamo:
    """A client whose operations on items are answered by moto's handler; all else is the given client's."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return self._operation(name) if name in _OPERATIONS else getattr(self._client, name)

    def _operation(self, name: str) -> Callable[..., Data]:
        def call(**given: Any) -> Data:
            handler = DynamoHandler()
            handler.current_account, handler.region = DEFAULT_ACCOUNT_ID, self._client.meta.region_name
            handler.body = handler.params = _copy(given)
            try:
                found: Any = getattr(handler, name)().result
            except (JsonRESTError, ServiceException) as error:
                raise self._error(error, name) from error
            return {key: _copy(found[key]) for key in self._answered(name) if found.get(key) is not None}

        return call

    def _answered(self, name: str) -> Iterable[str]:
        """Return what an answer may have: moto's own has more."""
        meta = self._client.meta
        model = meta.service_model.operation_model(meta.method_to_api_mapping[name])
        members: Iterable[str] = model.output_shape.members
        return members

    def _error(self, error: JsonRESTError | ServiceException, name: str) -> Exception:
        if isinstance(error, ServiceException):
            code, more = error.code, {}
        else:
            code, more = error.relative_error_type, json.loads(error.description)
        reasons = {key: more[key] for key in more if key not in {"__type", "message", "Message"}}
        response = {"Error": {"Code": code, "Message": str(error.message)}, **reasons}
        return self._client.exceptions.from_code(code)(response, name)  # type: ignore[no-any-return]


def _copy(value: Any) -> Any:
    """Return a value that shares nothing: what is sent and what is stored are not the same objects."""
    if isinstance(value, dict):
        return {key: _copy(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copy(each) for each in value]
    return value
