"""Models, versions and their events as items of the registry table, and back."""

import json

from pydantic import TypeAdapter

from functions.adapters.dynamo import Item, document
from functions.core.ledger import Event, ModelHead, Move
from lineal_contract.registry import ModelVersion, VersionState

_HEAD = TypeAdapter(ModelHead)
_STATE = set(VersionState.model_fields)
_MOVABLE = {"stage", "aliases", "approved_by_approval"} | _STATE


def of_head(head: ModelHead) -> Item:
    """Return the attributes of a head; its revision is beside the document, to be compared."""
    return {"doc": {"S": _HEAD.dump_json(head).decode()}, "revision": {"N": str(head.revision)}}


def moved(move: Move) -> Item:
    """Return what a move changes in a version."""
    approval = {} if move.approval_id is None else {"approval": {"S": move.approval_id}}
    return {"stage": {"S": str(move.stage)}} | approval


def edited(version: ModelVersion) -> Item:
    """Return what an edit changes in a version."""
    return {"state": {"S": version.model_dump_json(include=_STATE)}}


def head_of(item: Item) -> ModelHead:
    """Return the head in an item."""
    return _HEAD.validate_json(item["doc"]["S"])


def of_version(version: ModelVersion) -> Item:
    """Return the attributes of a version; what may change is beside the document, not in it."""
    return {
        "doc": {"S": version.model_dump_json(exclude=_MOVABLE)},
        "stage": {"S": str(version.stage)},
    } | edited(version)


def version_of(item: Item) -> ModelVersion:
    """Return the version in an item."""
    approval = item.get("approval")
    moved = {"stage": item["stage"]["S"], "approved_by_approval": approval["S"] if approval else None}
    state = json.loads(item["state"]["S"]) if "state" in item else {}
    return ModelVersion.model_validate(json.loads(item["doc"]["S"]) | state | moved)


def of_event(event: Event) -> Item:
    """Return the attributes of an event in the outbox."""
    metadata = event.detail.metadata
    return document(event.detail, detail_type={"S": event.detail_type.value}) | {
        "occurred_at": {"N": str(int(metadata.occurred_at.timestamp() * 1000))}
    }
