"""What webhooks are told, in MLflow's words: which of its events one of ours is, and the data of each."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.ledger import ModelHead
from lineal_contract.events import (
    AliasChanged,
    EventData,
    ModelCreated,
    ModelDescribed,
    VersionDescribed,
    VersionRegistered,
)
from lineal_contract.registry import ModelVersion
from lineal_contract.webhooks import WebhookEvent

IS_PROMPT = "mlflow.prompt.is_prompt"
PROMPT_TEXT = "mlflow.prompt.text"
_OF_PROMPTS_ONLY = {IS_PROMPT, PROMPT_TEXT, "_mlflow_prompt_type"}
_ROOM = 200_000
"""Bytes that one delivery has in the queue, which takes 256 KB: there it is JSON within JSON, in ASCII."""
_TAGS = {"example_key": "example_value"}


@dataclass(frozen=True)
class Told:
    """One event in MLflow's words."""

    event: WebhookEvent
    data: Mapping[str, Any]


def is_prompt(head: ModelHead) -> bool:
    """Say whether a model is a prompt to MLflow."""
    return head.tags.get(IS_PROMPT, "").lower() == "true"


def told(data: EventData, head: ModelHead, version: ModelVersion | None) -> list[Told]:
    """Return MLflow's events that one of ours is. `version` is the one it is about, if it is about one."""
    match data:
        case ModelCreated():
            found = [_model(head)]
        case VersionRegistered() if version is not None:
            found = [*([_model(head)] if data.new_model else []), _version(head, version)]
        case ModelDescribed() if is_prompt(head):
            found = list(_tags("prompt_tag", {"name": data.model}, data))
        case VersionDescribed():
            entity = "prompt_version_tag" if is_prompt(head) else "model_version_tag"
            found = list(_tags(entity, {"name": data.model, "version": str(data.version)}, data))
        case AliasChanged():
            found = [_alias(head, data)]
        case _:
            found = []
    return found


def example(event: WebhookEvent) -> dict[str, Any]:
    """Return the data of a test."""
    prompt = event.entity.startswith("prompt")
    data: dict[str, Any] = {"name": "example_prompt" if prompt else "example_model"}
    if "version" in event.entity or (event.entity.endswith("alias") and event.action == "created"):
        data["version"] = "1"
    if event.entity.endswith("tag"):
        return data | {"key": "example_key"} | ({"value": "example_value"} if event.action == "set" else {})
    if event.entity.endswith("alias"):
        data.pop("version", None) if event.action == "deleted" else None
        return data | {"alias": "example_alias"}
    if event is WebhookEvent.MODEL_VERSION_CREATED:
        data |= {"source": "models:/m-0123456789abcdef0123456789abcdef", "run_id": "0" * 32}
    if event is WebhookEvent.PROMPT_VERSION_CREATED:
        data["template"] = "Hello {{name}}!"
    return data | {"tags": _TAGS, "description": "An example"}


def _model(head: ModelHead) -> Told:
    event = WebhookEvent.PROMPT_CREATED if is_prompt(head) else WebhookEvent.REGISTERED_MODEL_CREATED
    return Told(event, _fitting({"name": head.model, **_said(head.tags, head.description)}))


def _version(head: ModelHead, version: ModelVersion) -> Told:
    data = {"name": version.model, "version": str(version.version)}
    said = _said(version.tags, version.description)
    if is_prompt(head):
        text = {"template": version.tags.get(PROMPT_TEXT)}
        return Told(WebhookEvent.PROMPT_VERSION_CREATED, _fitting(data | text | said))
    source = version.source or f"runs:/{version.run_id}/{version.artifact}"
    made = {"source": source, "run_id": version.run_id}
    return Told(WebhookEvent.MODEL_VERSION_CREATED, _fitting(data | made | said))


def _said(tags: Mapping[str, str], description: str) -> dict[str, Any]:
    kept = {key: value for key, value in tags.items() if key not in _OF_PROMPTS_ONLY}
    return {"tags": kept, "description": description or None}


def _fitting(data: dict[str, Any]) -> dict[str, Any]:
    """Return what is told of a model or a version, without its tags where there is no room for them."""
    return data if len(json.dumps(json.dumps(data))) <= _ROOM else data | {"tags": {}}


def _tags(entity: str, data: Mapping[str, Any], changed: ModelDescribed | VersionDescribed) -> Iterator[Told]:
    for key, value in changed.set_tags.items():
        if key not in _OF_PROMPTS_ONLY:
            yield Told(WebhookEvent(f"{entity}.set"), {**data, "key": key, "value": value})
    for key in changed.removed_tags:
        yield Told(WebhookEvent(f"{entity}.deleted"), {**data, "key": key})


def _alias(head: ModelHead, data: AliasChanged) -> Told:
    entity = "prompt_alias" if is_prompt(head) else "model_version_alias"
    named = {"name": data.model, "alias": data.alias}
    if data.version is None:
        return Told(WebhookEvent(f"{entity}.deleted"), named)
    return Told(WebhookEvent(f"{entity}.created"), named | {"version": str(data.version)})
