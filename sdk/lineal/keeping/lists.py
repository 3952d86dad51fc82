"""Lists of files in the bucket: what records refer to through a document that they pin."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lineal.keeping.items import Item, Pin, from_line, to_line
from lineal_contract.artifacts import ManifestEntry, StoredObject
from lineal_contract.lists import FileList

_FIELD = "manifest_object"


def lists_of(item: Item) -> Iterator[StoredObject]:
    """Yield the lists that an item's documents name."""
    for text in _documents(item):
        yield from (StoredObject.model_validate(found) for found in _naming(json.loads(text)))


def read_list(document: bytes) -> FileList:
    """Return what a stored list says. Raises ValidationError for bytes that are none."""
    return FileList.model_validate_json(document)


def pins_of(listed: FileList) -> Iterator[Pin]:
    """Yield what a list pins in the bucket."""
    yield from ((entry.object.key, entry.object.version_id) for entry in listed.entries())


def repinned_list(listed: FileList, bucket: str, moved: Mapping[Pin, str]) -> FileList:
    """Return a list that pins what it pinned where it is now, and says what it was before."""
    return FileList.of([_moved(entry, bucket, moved) for entry in listed.entries()], listed.prefix)


def with_lists(item: Item, replaced: Callable[[StoredObject], StoredObject]) -> Item:
    """Return an item that names other lists in place of those it names."""
    if not any(lists_of(item)):
        return item
    changed = from_line(to_line(item))
    for value in changed.values():
        text = value.get("S", "")
        if _names_lists(text):
            document = json.loads(text)
            for found in _naming(document):
                stored = replaced(StoredObject.model_validate(found))
                found.clear()
                found.update(stored.model_dump(mode="json"))
            value["S"] = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return changed


def _moved(entry: ManifestEntry, bucket: str, moved: Mapping[Pin, str]) -> ManifestEntry:
    stored = entry.object
    now = moved.get((stored.key, stored.version_id))
    change = {"bucket": bucket}
    if now is not None:
        change |= {"version_id": now, "original_version_id": stored.recorded_version_id}
    return entry.model_copy(update={"object": stored.model_copy(update=change)})


def _documents(item: Item) -> Iterator[str]:
    yield from (value["S"] for value in item.values() if _names_lists(value.get("S", "")))


def _names_lists(text: str) -> bool:
    return text.startswith("{") and f'"{_FIELD}":{{' in text


def _naming(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get(_FIELD), dict):
            yield value[_FIELD]
        for inner in value.values():
            yield from _naming(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _naming(inner)
