"""Clearing leftovers, each by its kind, and counting what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lineal.keeping.contents import bring_back, forget, hide, remove_versions
from lineal.keeping.leftovers import Kind, Leftover
from lineal.keeping.retention import remove_run, remove_series
from lineal.keeping.stores import Stores

_GONE = frozenset({"NoSuchUpload", "NoSuchVersion", "NoSuchKey"})
_OVERTAKEN = frozenset({"TransactionCanceledException", "ConditionalCheckFailedException"})
"""Somebody used the content meanwhile; the next run sees what came of it."""
_KEPT = "AccessDenied"


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
            hide(stores, leftover, at)
        case Kind.RESCUED:
            bring_back(stores, leftover)
        case Kind.HIDDEN:
            remove_versions(stores, leftover)
            forget(stores, leftover)
        case Kind.STAGED:
            remove_versions(stores, leftover)
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


def _remove_token(stores: Stores, leftover: Leftover) -> None:
    (token_id,) = leftover.at
    table = stores.tables["registry"]
    secret = {"PK": {"S": leftover.key}, "SK": {"S": "TOKEN"}}
    token = {"PK": {"S": f"P#{leftover.project}#BEARERS"}, "SK": {"S": token_id}}
    deletes = [{"Delete": {"TableName": table, "Key": at}} for at in (secret, token)]
    stores.dynamodb.transact_write_items(TransactItems=deletes)
