"""A content of the bucket and its records: hiding it, bringing it back, and forgetting it.

Content goes in two steps, a grace apart, so that nothing in use is ever lost. First it is hidden: a delete
marker is put on its key, and its record set aside. New uploads of the same bytes then store them anew, while
whoever pinned the version in the same moment still reads it. The next time, what is referred to after all is
brought back, and only what stayed hidden over the grace is deleted.
"""

from typing import Any

from lineal.keeping.leftovers import Leftover
from lineal.keeping.references import OPEN_UPLOAD, RECORDED, SET_ASIDE, Content, record_of
from lineal.keeping.stores import Stores
from lineal_contract.artifacts import StoredObject
from lineal_contract.quotas import Limit

_THERE, _ABSENT = "attribute_exists(PK)", "attribute_not_exists(PK)"


def hide(stores: Stores, leftover: Leftover, at: int) -> None:
    """Put a delete marker where there is none, then set the record aside.

    In this order a record that says that content is there always leads to a version that is.
    """
    content = _content(leftover)
    newest = _newest(stores, leftover.key)
    if newest is not None and newest not in leftover.at:
        return  # stored anew since it was found
    if newest is not None:
        stores.s3.delete_object(Bucket=stores.bucket, Key=leftover.key)
    record = _read(stores, content, RECORDED)
    aside = _put(stores, (record or {}) | record_of(content, SET_ASIDE) | {"hidden_at": {"N": str(at)}})
    if record is None:
        _write(stores, aside, _check(stores, content, RECORDED, _ABSENT))
    else:
        gone = _delete(stores, content, RECORDED, _THERE)
        _write(stores, aside, gone, _count(stores, content, -_size(record)))


def bring_back(stores: Stores, leftover: Leftover) -> None:
    """Put the record back, unless the content was stored anew, and take the delete marker away."""
    content = _content(leftover)
    aside = _read(stores, content, SET_ASIDE)
    if aside is not None and "doc" in aside and _read(stores, content, RECORDED) is None:
        back = {name: value for name, value in aside.items() if name != "hidden_at"}
        back |= record_of(content, RECORDED)
        _write(
            stores,
            _put(stores, back, _ABSENT),
            _delete(stores, content, SET_ASIDE, _THERE),
            _count(stores, content, _size(aside)),
        )
    remove_versions(stores, leftover)


def forget(stores: Stores, leftover: Leftover) -> None:
    content = _content(leftover)
    for sort in (SET_ASIDE, OPEN_UPLOAD):
        stores.dynamodb.delete_item(TableName=stores.tables["runs"], Key=record_of(content, sort))


def remove_versions(stores: Stores, leftover: Leftover) -> None:
    """Remove versions, the delete marker as the last: without it an older version would show again."""
    for version_id in leftover.at:
        stores.s3.delete_object(Bucket=stores.bucket, Key=leftover.key, VersionId=version_id)


def _newest(stores: Stores, key: str) -> str | None:
    """Return the VersionId of an object; None for one that is hidden by a delete marker."""
    from botocore.exceptions import ClientError

    try:
        return str(stores.s3.head_object(Bucket=stores.bucket, Key=key)["VersionId"])
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            return None
        raise


def _content(leftover: Leftover) -> Content:
    if leftover.content is None:
        raise ValueError(f"{leftover.key} is no key of a content")
    return leftover.content


def _read(stores: Stores, content: Content, sort: str) -> dict[str, Any] | None:
    at = record_of(content, sort)
    answer = stores.dynamodb.get_item(TableName=stores.tables["runs"], Key=at, ConsistentRead=True)
    found: dict[str, Any] | None = answer.get("Item")
    return found


def _size(record: dict[str, Any]) -> int:
    return StoredObject.model_validate_json(record["doc"]["S"]).size


def _write(stores: Stores, *writes: dict[str, Any]) -> None:
    stores.dynamodb.transact_write_items(TransactItems=list(writes))


def _put(stores: Stores, item: dict[str, Any], condition: str | None = None) -> dict[str, Any]:
    extra = {"ConditionExpression": condition} if condition else {}
    return {"Put": {"TableName": stores.tables["runs"], "Item": item, **extra}}


def _delete(stores: Stores, content: Content, sort: str, condition: str) -> dict[str, Any]:
    at = {"TableName": stores.tables["runs"], "Key": record_of(content, sort)}
    return {"Delete": {**at, "ConditionExpression": condition}}


def _check(stores: Stores, content: Content, sort: str, condition: str) -> dict[str, Any]:
    at = {"TableName": stores.tables["runs"], "Key": record_of(content, sort)}
    return {"ConditionCheck": {**at, "ConditionExpression": condition}}


def _count(stores: Stores, content: Content, amount: int) -> dict[str, Any]:
    """Return the write that keeps the project's stored bytes what they are by its quota."""
    return {
        "Update": {
            "TableName": stores.tables["runs"],
            "Key": {"PK": {"S": f"P#{content[0]}#U"}, "SK": {"S": Limit.STORED_BYTES.value}},
            "UpdateExpression": "ADD #used :bytes",
            "ExpressionAttributeNames": {"#used": "used"},
            "ExpressionAttributeValues": {":bytes": {"N": str(amount)}},
        }
    }
