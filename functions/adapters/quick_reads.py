"""Answers to reads of DynamoDB, parsed in a fraction of the time that botocore takes for it.

botocore walks every attribute of every item by its model of the service. Items on the wire are JSON that
has their shape already, but for binary values, which are base64. A search reads thousands of items in one
request, and this walk was most of what it took.
"""

import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ITEMS = {"Query": "Items", "GetItem": "Item", "BatchGetItem": "Responses"}
_OK = 200


def parse_reads(client: "DynamoDBClient") -> "DynamoDBClient":
    """Let a client take items as they are on the wire; the rest of an answer is botocore's as ever."""
    for operation in _ITEMS:
        event = f"before-parse.dynamodb.{operation}"
        client.meta.events.register(event, _take_items, unique_id=f"lineal {operation}")
    return client


def _take_items(
    operation_model: Any, response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any
) -> None:
    """Take what was read out of an answer before botocore parses it."""
    member = _ITEMS[operation_model.name]
    if response_dict["status_code"] != _OK:
        return
    answer = json.loads(response_dict["body"])
    if member not in answer:
        return
    customized_response_dict[member] = _with_bytes(answer.pop(member), _DEPTHS[member])
    response_dict["body"] = json.dumps(answer).encode()


_DEPTHS = {"Item": 0, "Items": 1, "Responses": 2}
"""How deep in a member its items are."""


def _with_bytes(found: Any, depth: int) -> Any:
    """Decode the binary values of items, in place."""
    if depth:
        for each in found.values() if isinstance(found, dict) else found:
            _with_bytes(each, depth - 1)
    else:
        for value in found.values():
            _decode(value)
    return found


def _decode(value: dict[str, Any]) -> None:
    if "B" in value:
        value["B"] = b64decode(value["B"])
    elif "BS" in value:
        value["BS"] = [b64decode(each) for each in value["BS"]]
    elif "M" in value:
        for each in value["M"].values():
            _decode(each)
    elif "L" in value:
        for each in value["L"]:
            _decode(each)
