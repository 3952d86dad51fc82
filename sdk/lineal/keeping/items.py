"""Items as DynamoDB's JSON has them: as lines of text, and the stored objects that their documents pin."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from typing import Any

from lineal_contract.artifacts import StoredObject

Item = dict[str, dict[str, Any]]
Pin = tuple[str, str]
"""Key and VersionId of a stored object."""

_BINARY, _BINARIES = "B", "BS"
_PINS = frozenset(StoredObject.model_fields) - {"original_version_id"}
_SECRET_PARTITION = "SECRET"  # noqa: S105 - the name of a partition
_CALLBACKS = "#TOKEN#"


def partition_of(item: Item) -> str:
    """Return an item's partition key."""
    partition: str = item["PK"]["S"]
    return partition


def is_secret(item: Item) -> bool:
    """Say whether an item is a secret of a running stack, of no use and of harm elsewhere.

    Such are the seal of page tokens, which a stack makes anew, and the callbacks of executions that wait.
    """
    partition = partition_of(item)
    return partition == _SECRET_PARTITION or (partition.startswith("P#") and _CALLBACKS in partition)


def to_line(item: Item) -> str:
    """Return an item as one line of JSON; equal items give equal lines."""
    ordered = {name: _in_order(value) for name, value in item.items()}
    return json.dumps(ordered, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_from_bytes)


def from_line(line: str) -> Item:
    """Return the item of a line."""
    item: Item = json.loads(line, object_hook=_to_bytes)
    return item


def _from_bytes(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"an item holds a {type(value).__name__}")


def _to_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """Decode `{"B": text}` and `{"BS": [text]}`; the attributes of items have other names than that."""
    if value.keys() == {_BINARY} and isinstance(value[_BINARY], str):
        return {_BINARY: b64decode(value[_BINARY])}
    if value.keys() == {_BINARIES} and isinstance(value[_BINARIES], list):
        return {_BINARIES: [b64decode(each) for each in value[_BINARIES]]}
    return value


def _in_order(value: dict[str, Any]) -> dict[str, Any]:
    """Return a set in an order of its own: the table has none."""
    return {_BINARIES: sorted(value[_BINARIES])} if _BINARIES in value else value


def pins(item: Item) -> Iterator[Pin]:
    """Yield what the documents of an item pin in the bucket."""
    for text in _documents(item).values():
        yield from ((found["key"], found["version_id"]) for found in _pinning(json.loads(text)))


def repinned(item: Item, bucket: str, moved: Mapping[Pin, str]) -> Item:
    """Return an item whose documents pin what they pinned where it is now, and say what it was before.

    A pin of bytes that were lost before the backup stays, and leads nowhere as it did.
    """
    changed = {}
    for name, text in _documents(item).items():
        document = json.loads(text)
        for found in _pinning(document):
            now = moved.get((found["key"], found["version_id"]))
            if now is not None:
                found["original_version_id"] = found.get("original_version_id") or found["version_id"]
                found |= {"bucket": bucket, "version_id": now}
        changed[name] = {"S": json.dumps(document, ensure_ascii=False, separators=(",", ":"))}
    return item | changed


def _documents(item: Item) -> dict[str, str]:
    """Return the attributes that hold JSON with a pin in it; audit records are never among them."""
    if "#AUD#" in partition_of(item):
        return {}
    return {
        name: value["S"]
        for name, value in item.items()
        if value.get("S", "").startswith("{") and '"version_id"' in value["S"]
    }


def _pinning(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.keys() >= _PINS and isinstance(value["version_id"], str):
            yield value
        for inner in value.values():
            yield from _pinning(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _pinning(inner)
