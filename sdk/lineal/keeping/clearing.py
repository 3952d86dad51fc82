"""Clearing leftovers. Content goes in two steps, a grace apart, so that nothing in use is ever lost.

First it is hidden: a delete marker is put on its key, and its record set aside. New uploads of the same
bytes then store them anew, while whoever pinned the version in the same moment still reads it. The next
time, what is referred to after all is brought back, and only what stayed hidden over the grace is deleted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lineal.keeping.leftovers import Kind, Leftover
from lineal.keeping.references import OPEN_UPLOAD, RECORDED, SET_ASIDE, Content, record_of
from lineal.keeping.retention import remove_run, remove_series
from lineal.keeping.stores import Stores
from lineal_contract.artifacts import StoredObject
from lineal_contract.quotas import Limit

_GONE = frozenset({"NoSuchUpload", "NoSuchVersion", "NoSuchKey"})
_OVERTAKEN = frozenset({"TransactionCanceledException", "ConditionalCheckFailedException"})
"""Somebody used the content meanwhile; the next run sees what came of it."""
_KEPT = "AccessDenied"
_THERE, _ABSENT = "attribute_exists(PK)", "attribute_not_exists(PK)"


@dataclass(frozen=True)
class Tally:
    """How many of a kind there are or were, their bytes, and how many S3 would not let go of."""

    kind: Kind
    count: int = 0
    bytes: int = 0
    refused: int = 0

    def plus(self, leftover: Leftover, refused: bool) -> "Tally":
        """Return the tally with one more."""
        return Tally(
            self.kind,
            self.count + (not refused),
            self.bytes + (0 if refused else leftover.size),
            self.refused + refused,
        )


def tally(leftovers: Iterable[Leftover], stores: Stores | None, at: datetime) -> list[Tally]:
    """Count leftovers by kind, and with `stores` clear them; what is gone already counts too."""
    counted = {kind: Tally(kind) for kind in Kind}
    for leftover in leftovers:
        refused = stores is not None and not _cleared(stores, leftover, at)
        counted[leftover.kind] = counted[leftover.kind].plus(leftover, refused)
    return list(counted.values())


def _cleared(stores: Stores, leftover: Leftover, at: datetime) -> bool:
    """Clear one; False where a lock or a policy keeps it."""
    from botocore.exceptions import ClientError

    try:
        _clear(stores, leftover, int(at.timestamp() * 1000))
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == _KEPT:
            return False
        if code not in _GONE | _OVERTAKEN:
            raise
    return True


def _clear(stores: Stores, leftover: Leftover, at: int) -> None:
    match leftover.kind:
        case Kind.UPLOAD:
            _abort(stores, leftover)
        case Kind.CONTENT:
            _hide(stores, leftover, at)
        case Kind.RESCUED:
            _bring_back(stores, leftover)
        case Kind.HIDDEN:
            _remove_versions(stores, leftover)
            _forget(stores, leftover)
        case Kind.STAGED:
            _remove_versions(stores, leftover)
        case Kind.TOKEN:
            _remove_token(stores, leftover)
        case Kind.RUN if leftover.run is not None:
            remove_run(stores, leftover.run)
        case Kind.SERIES if leftover.run is not None:
            remove_series(stores, leftover.run)


def _abort(stores: Stores, leftover: Leftover) -> None:
    """Abort an upload; whoever goes on with its content begins another in its place."""
    (upload_id,) = leftover.at
    stores.s3.abort_multipart_upload(Bucket=stores.bucket, Key=leftover.key, UploadId=upload_id)


def _hide(stores: Stores, leftover: Leftover, at: int) -> None:
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


def _bring_back(stores: Stores, leftover: Leftover) -> None:
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
    _remove_versions(stores, leftover)


def _forget(stores: Stores, leftover: Leftover) -> None:
    content = _content(leftover)
    for sort in (SET_ASIDE, OPEN_UPLOAD):
        stores.dynamodb.delete_item(TableName=stores.tables["runs"], Key=record_of(content, sort))


def _remove_versions(stores: Stores, leftover: Leftover) -> None:
    """Remove versions, the delete marker as the last: without it an older version would show again."""
    for version_id in leftover.at:
        stores.s3.delete_object(Bucket=stores.bucket, Key=leftover.key, VersionId=version_id)


def _remove_token(stores: Stores, leftover: Leftover) -> None:
    (token_id,) = leftover.at
    table = stores.tables["registry"]
    secret = {"PK": {"S": leftover.key}, "SK": {"S": "TOKEN"}}
    token = {"PK": {"S": f"P#{leftover.project}#BEARERS"}, "SK": {"S": token_id}}
    _write(stores, *({"Delete": {"TableName": table, "Key": at}} for at in (secret, token)))


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
