"""What people write about models and versions: descriptions and tags, each change in the trail."""

import json
from collections.abc import Mapping
from typing import Any

from functions.core.causes import Cause
from functions.core.errors import AlreadyExistsError, TooLargeError
from functions.core.ledger import Change, Draft, ModelHead
from functions.core.models.registering import new_head, revived
from lineal_contract.events import ModelCreated, ModelDescribed, SetTags, VersionDescribed
from lineal_contract.registry import CreateModel, Describe, ModelVersion

MAX_TAGS = 100
_SHOWN = 200
"""How much of a text a record of the trail repeats."""
_ROOM = 100_000
"""Bytes of tags that an event repeats, as JSON writes them: there a control character takes six.

The bus takes 256 KB of an event, and the keys of all tags that one request can set and remove have 100 KB.
"""


def create(head: ModelHead | None, project: str, wanted: CreateModel, cause: Cause) -> Change:
    """Return the change that makes a model without versions. Raises AlreadyExistsError."""
    if head is not None and head.deleted_at is None:
        raise AlreadyExistsError(f"project {project} has a model {wanted.model!r} already")
    draft = Draft(revived(head) if head else new_head(project, wanted.model, cause), cause)
    draft.set_head(description=wanted.description, tags=dict(wanted.tags))
    event = ModelCreated(model=wanted.model, set_tags=_repeated(wanted.tags))
    draft.record("model.created", f"model/{wanted.model}", event, tags=_shown(wanted.tags))
    return draft.change()


def describe_model(head: ModelHead, wanted: Describe, cause: Cause) -> Change | None:
    """Return the change of a model's description and tags, or None where nothing changes."""
    after = _described(head.description, head.tags, wanted)
    if after == {"description": head.description, "tags": head.tags}:
        return None
    draft = Draft(head, cause)
    draft.set_head(**after)
    event = ModelDescribed(model=head.model, **_changed(head.description, head.tags, after))
    draft.record("model.described", f"model/{head.model}", event, **_said(wanted))
    return draft.change()


def describe_version(head: ModelHead, version: ModelVersion, wanted: Describe, cause: Cause) -> Change | None:
    """Return the change of a version's description and tags, or None where nothing changes."""
    after = _described(version.description, version.tags, wanted)
    if after == {"description": version.description, "tags": version.tags}:
        return None
    draft = Draft(head, cause)
    draft.put(edits=(version.model_copy(update=after),))
    changed = _changed(version.description, version.tags, after)
    event = VersionDescribed(model=version.model, version=version.version, **changed)
    draft.record("version.described", f"version/{version.version}", event, **_said(wanted))
    return draft.change()


def _described(description: str, tags: Mapping[str, str], wanted: Describe) -> dict[str, Any]:
    merged = {**tags, **wanted.tags}
    kept = {key: value for key, value in merged.items() if value is not None}
    if len(kept) > MAX_TAGS:
        raise TooLargeError(f"there can be {MAX_TAGS} tags, not {len(kept)}")
    return {"description": description if wanted.description is None else wanted.description, "tags": kept}


def _changed(description: str, tags: Mapping[str, str], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an event says of a change: only what is not as it was."""
    kept = after["tags"]
    return {
        "description_changed": after["description"] != description,
        "set_tags": _repeated({key: kept[key] for key in kept if tags.get(key) != kept[key]}),
        "removed_tags": tuple(key for key in tags if key not in kept),
    }


def _repeated(tags: Mapping[str, str]) -> SetTags:
    """Return tags as far as an event has room for their values."""
    room = _ROOM
    repeated: SetTags = {}
    for key, value in tags.items():
        room -= len(json.dumps({key: value}, ensure_ascii=False).encode())
        repeated[key] = value if room >= 0 else None
    return repeated


def _said(wanted: Describe) -> dict[str, Any]:
    said: dict[str, Any] = {"tags": _shown(wanted.tags)}
    if wanted.description is not None:
        said["description"] = wanted.description[:_SHOWN]
    return said


def _shown(tags: Mapping[str, str | None]) -> dict[str, str | None]:
    return {key: value if value is None else value[:_SHOWN] for key, value in tags.items()}
