"""Bringing a backup into a fresh stack: bytes first, then records that pin them where they are now."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator

from lineal.errors import LinealError
from lineal.keeping.archive import Archive, KeptObject, Summary, parts_of
from lineal.keeping.items import Item, Pin, partition_of, repinned
from lineal.keeping.lists import with_lists
from lineal.keeping.progress import Told
from lineal.keeping.restored_lists import RestoredLists
from lineal.keeping.stores import Stores
from lineal_contract.digests import part_count

_MARK = "restores/"
"""Keys of the marks by which a restore that was interrupted knows the stack as its own."""
_LAST = ("OUT#", "WORK#")
"""Partitions that wake functions: what they lead to has to be there by then."""
_FURNITURE = ("PEOPLE", "IDENTITY#", "PROJECTS", "BEARER#", "OUT#", "WORK#")
_FURNITURE_OF_PROJECTS = ("#POLICY", "#MEMBERS", "#QUOTA", "#BEARERS", "#TRAIL", "#AUD#")
_DONE = "SAID"
_ANCHOR_OF_FURNITURE = re.compile(r"anchors/[^/]+\.json")


class NotFreshError(LinealError):
    """The stack has data of its own; nothing was restored into it."""


def restore(stores: Stores, archive: Archive, told: Told) -> Summary:
    """Check an archive, then write all of it into a fresh stack, and return what it has.

    One that was interrupted goes on when it is run again. Audit records are written as they were. Raises
    BackupError for an archive that is not whole, before anything is written, and NotFreshError.
    """
    summary = archive.check(told)
    _make_way(stores, summary)
    objects = archive.objects()
    moved: dict[Pin, str] = {}
    for number, kept in enumerate(objects, 1):  # one by one: two versions of a key have an order
        told("objects", number, len(objects))
        moved[kept.pin] = _put(stores, archive, kept)
    lists = RestoredLists(stores, archive, moved)
    for table in ("runs", "registry"):
        told(f"writing the {table}")
        items = (with_lists(item, lists.restored) for item in _in_order(archive, table))
        stores.put_items(table, (repinned(item, stores.bucket, moved) for item in items))
    stores.put_items("runs", lists.records())
    return summary


def _in_order(archive: Archive, table: str) -> Iterator[Item]:
    yield from (item for item in archive.items(table) if not _wakes(item))
    yield from (item for item in archive.items(table) if _wakes(item))


def _wakes(item: Item) -> bool:
    return partition_of(item).startswith(_LAST)


def _make_way(stores: Stores, summary: Summary) -> None:
    mark = f"{_MARK}{summary.backup_id}"
    keys = stores.all_keys()
    if mark in keys:
        return
    furniture = list(stores.items("registry"))
    if not all(map(_ANCHOR_OF_FURNITURE.fullmatch, keys)) or not all(map(_is_furniture, furniture)):
        raise NotFreshError(f"the stack of bucket {stores.bucket} is in use: restore into a new one")
    # With the trails of its setting-up, or the records that come would continue another's chain.
    stores.delete_items("registry", furniture)
    for key in keys:
        stores.s3.delete_object(Bucket=stores.bucket, Key=key)
    stores.s3.put_object(Bucket=stores.bucket, Key=mark, Body=b"")


def _is_furniture(item: Item) -> bool:
    """Say whether an item is of a stack's setting-up: people, projects, rules, quotas and their trail.

    That a request is done makes no stack a used one: what it has made does.
    """
    partition = partition_of(item)
    of_a_request = item["SK"]["S"] == _DONE
    return of_a_request or partition.startswith(_FURNITURE) or partition.endswith(_FURNITURE_OF_PROJECTS)


def _put(stores: Stores, archive: Archive, kept: KeptObject) -> str:
    """Store bytes as an upload of lineal does, so that S3 proves each part; return the VersionId.

    Bytes that an earlier attempt has stored are found by their checksum.
    """
    checksums = [hashlib.sha256(part).digest() for part in parts_of(archive.object_file(kept.pin))]
    there = _stored(stores, kept, checksums)
    if there is not None:
        return there
    if part_count(kept.size) == 1:
        body = archive.object_file(kept.pin).read_bytes()
        answer = stores.s3.put_object(Bucket=stores.bucket, Key=kept.key, Body=body, **_sha256(checksums[0]))
        return str(answer["VersionId"])
    return _put_parts(stores, archive, kept, checksums)


def _put_parts(stores: Stores, archive: Archive, kept: KeptObject, checksums: list[bytes]) -> str:
    at = {"Bucket": stores.bucket, "Key": kept.key}
    upload = stores.s3.create_multipart_upload(**at, ChecksumAlgorithm="SHA256", ChecksumType="COMPOSITE")
    at["UploadId"] = upload["UploadId"]
    parts = []
    for number, body in enumerate(parts_of(archive.object_file(kept.pin)), 1):
        sent = stores.s3.upload_part(**at, PartNumber=number, Body=body, **_sha256(checksums[number - 1]))
        parts.append({"PartNumber": number, "ETag": sent["ETag"], "ChecksumSHA256": sent["ChecksumSHA256"]})
    done = stores.s3.complete_multipart_upload(**at, MultipartUpload={"Parts": parts})
    return str(done["VersionId"])


def _stored(stores: Stores, kept: KeptObject, checksums: list[bytes]) -> str | None:
    from botocore.exceptions import ClientError

    try:
        head = stores.s3.head_object(Bucket=stores.bucket, Key=kept.key, ChecksumMode="ENABLED")
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
            return None
        raise
    whole = _base64(checksums[0]) if len(checksums) == 1 else _composite(checksums)
    found = head["ContentLength"] == kept.size and head.get("ChecksumSHA256") == whole
    return str(head["VersionId"]) if found else None


def _sha256(digest: bytes) -> dict[str, str]:
    return {"ChecksumAlgorithm": "SHA256", "ChecksumSHA256": _base64(digest)}


def _composite(checksums: list[bytes]) -> str:
    return f"{_base64(hashlib.sha256(b''.join(checksums)).digest())}-{len(checksums)}"


def _base64(digest: bytes) -> str:
    return b64encode(digest).decode()
