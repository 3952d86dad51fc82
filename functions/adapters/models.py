"""Registered models in the registry table: one transaction for each change of a model."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, TypeAdapter

from functions.adapters.dynamo import (
    ABSENT,
    PRESENT,
    Item,
    Table,
    cut,
    document,
    parse,
    read_token,
)
from functions.adapters.keys import registry as keys
from functions.adapters.keys.key import key
from functions.core.errors import NotFoundError
from functions.core.ledger import Change, Event, ModelHead, Move, opens_deployment
from lineal_contract.approvals import Approval, ApprovalStatus
from lineal_contract.audit import AuditRecord
from lineal_contract.base import Page
from lineal_contract.cards import CardRevision
from lineal_contract.deployments import Deployment, Endpoint
from lineal_contract.registry import ModelVersion, VersionState

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

M = TypeVar("M", bound=BaseModel)
_HEAD = TypeAdapter(ModelHead)
_STATE = set(VersionState.model_fields)
_MOVABLE = {"stage", "aliases", "approved_by_approval"} | _STATE
_OF_A_COMMIT = 50


@dataclass(frozen=True)
class DynamoModels:
    """The `ModelStore` port."""

    table: Table

    def head(self, project: str, model: str) -> ModelHead | None:
        """Return a model's head."""
        item = self.table.get(key(keys.models(project), model))
        return _head(item) if item else None

    def commit(self, before: ModelHead | None, change: Change) -> None:
        """Write a change, guarded by the revision it was decided on."""
        self.table.write(list(self._writes(before, change)))

    def heads(self, project: str, page_size: int, page_token: str | None) -> Page[ModelHead]:
        """Return heads by name."""
        after = read_token(page_token)
        items, more = cut(self.table.query(keys.models(project), after=after, limit=page_size + 1), page_size)
        return Page.model_construct(items=tuple(map(_head, items)), next_page_token=more)

    def version(self, project: str, model: str, version: int) -> ModelVersion:
        """Return a version."""
        item = self.table.get(keys.version(project, model, version))
        if item is None:
            raise NotFoundError(f"model {model!r} has no version {version}")
        return _version(item)

    def versions(
        self, project: str, model: str, page_size: int, page_token: str | None
    ) -> Page[ModelVersion]:
        """Return versions, newest first."""
        items, more = self._newest(keys.versions(project, model), page_size, page_token)
        return Page(items=tuple(map(_version, items)), next_page_token=more)

    def by_semver(self, project: str, model: str, semver: str) -> int | None:
        """Return the version with a semantic version."""
        item = self.table.get(keys.semver(project, model, semver))
        return int(item["version"]["N"]) if item else None

    def by_commit(self, project: str, model: str, prefix: str) -> list[tuple[str, int]]:
        """Return versions of a commit, by the beginning of its name."""
        found = self.table.query(
            keys.names(project, model),
            prefix=keys.commit_prefix(prefix),
            newest_first=True,
            limit=_OF_A_COMMIT,
        )
        return [(item["commit"]["S"], int(item["version"]["N"])) for item in found]

    def card(self, project: str, model: str, version: int, revision: int) -> CardRevision | None:
        """Return a revision of a version's card."""
        item = self.table.get(keys.card(project, model, version, revision))
        return parse(CardRevision, item) if item else None

    def signature(self, project: str, model: str, version: int) -> str | None:
        """Return the signature of a version's manifest."""
        item = self.table.get(keys.signature(project, model, version))
        return item["bundle"]["S"] if item else None

    def registered(self, project: str, request_id: str) -> tuple[str, int] | None:
        """Return what a registration made."""
        item = self.table.get(keys.registration(project, request_id))
        return (item["model"]["S"], int(item["version"]["N"])) if item else None

    def approval(self, project: str, approval_id: str) -> Approval:
        """Return an approval."""
        item = self.table.get(key(keys.approvals(project), approval_id))
        if item is None:
            raise NotFoundError(f"project {project} has no approval {approval_id}")
        return parse(Approval, item)

    def approvals(self, project: str, page_size: int, page_token: str | None) -> Page[Approval]:
        """Return approvals, newest first."""
        return self._page(Approval, keys.approvals(project), page_size, page_token)

    def endpoint(self, project: str, endpoint: str) -> Endpoint | None:
        """Return what an endpoint serves."""
        item = self.table.get(key(keys.endpoints(project), endpoint))
        return parse(Endpoint, item) if item else None

    def endpoints(self, project: str, page_size: int, page_token: str | None) -> Page[Endpoint]:
        """Return endpoints by name."""
        after = read_token(page_token)
        found = self.table.query(keys.endpoints(project), after=after, limit=page_size + 1)
        items, more = cut(found, page_size)
        return Page(items=tuple(parse(Endpoint, i) for i in items), next_page_token=more)

    def deployment(self, project: str, endpoint: str, deployment_id: str) -> Deployment | None:
        """Return a deployment."""
        item = self.table.get(key(keys.deployments(project, endpoint), deployment_id))
        return parse(Deployment, item) if item else None

    def deployments(
        self, project: str, endpoint: str, page_size: int, page_token: str | None
    ) -> Page[Deployment]:
        """Return deployments, newest first."""
        return self._page(Deployment, keys.deployments(project, endpoint), page_size, page_token)

    def audit(self, project: str, model: str, after: int, page_size: int) -> list[AuditRecord]:
        """Return audit records in order of sequence."""
        chain = keys.audit_chain(project, model)
        start = keys.audit_sort(after) if after else None
        return [parse(AuditRecord, i) for i in self.table.query(chain, after=start, limit=page_size)]

    def _newest(
        self, partition: str, page_size: int, page_token: str | None
    ) -> tuple[list[Item], str | None]:
        after = read_token(page_token)
        found = self.table.query(partition, after=after, newest_first=True, limit=page_size + 1)
        items, more = cut(found, page_size)
        return list(items), more

    def _page(self, model: type[M], partition: str, page_size: int, page_token: str | None) -> Page[M]:
        items, more = self._newest(partition, page_size, page_token)
        return Page(items=tuple(parse(model, i) for i in items), next_page_token=more)

    def _writes(self, before: ModelHead | None, change: Change) -> Iterator["TransactWriteItemTypeDef"]:
        yield self._put_head(before, change.head)
        project, model = change.head.project, change.head.model
        if (version := change.new_version) is not None:
            yield self.table.put_in(
                keys.version(project, model, version.version), _version_attributes(version), ABSENT
            )
            yield from self._names(version)
            if change.signature is not None:
                at = keys.signature(project, model, version.version)
                yield self.table.put_in(at, {"bundle": {"S": change.signature}}, ABSENT)
        if change.request_id is not None:
            made = {"model": {"S": model}, "version": {"N": str(change.head.latest_version)}}
            yield self.table.put_in(keys.registration(project, change.request_id), made, ABSENT)
        if change.policy_digest is not None:
            yield self._still_in_force(project, change.policy_digest)
        yield from self._updates(change)
        if (card := change.card) is not None:
            at = keys.card(project, model, card.version, card.revision)
            yield self.table.put_in(at, document(card), ABSENT)
        if (approval := change.approval) is not None:
            at = key(keys.approvals(project), approval.approval_id)
            yield self.table.put_in(at, document(approval))
            if approval.status is ApprovalStatus.REQUESTED:
                yield self.table.put_in(keys.open_approval(project, approval.approval_id), {})
            if opens_deployment(approval):
                yield self.table.put_in(keys.open_deployment(project, approval.approval_id), {})
        for deployment in change.deployments:
            at = key(keys.deployments(project, deployment.endpoint), deployment.deployment_id)
            yield self.table.put_in(at, document(deployment))
        if (endpoint := change.endpoint) is not None:
            at = key(keys.endpoints(project), endpoint.endpoint)
            yield self.table.put_in(at, document(endpoint))
        for record in change.audit:
            at = key(keys.audit_chain(project, model), keys.audit_sort(record.sequence))
            yield self.table.put_in(at, document(record), ABSENT)
        grown = {"grown_to": {"N": str(change.head.audit_sequence)}}
        yield self.table.put_in(keys.unanchored(project, model), grown)
        for event in change.events:
            yield self.table.put_in(keys.outbox(event.detail.metadata.event_id), _event(event))

    def _put_head(self, before: ModelHead | None, after: ModelHead) -> "TransactWriteItemTypeDef":
        at = key(keys.models(after.project), after.model)
        attributes: Item = {
            "doc": {"S": _HEAD.dump_json(after).decode()},
            "revision": {"N": str(after.revision)},
        }
        if before is None:
            return self.table.put_in(at, attributes, ABSENT)
        put = self.table.put_in(at, attributes, "revision = :before")
        put["Put"]["ExpressionAttributeValues"] = {":before": {"N": str(before.revision)}}
        return put

    def _still_in_force(self, project: str, digest: str) -> "TransactWriteItemTypeDef":
        """Without rules of its own a project has the built-in ones, and no item."""
        return {
            "ConditionCheck": {
                "TableName": self.table.name,
                "Key": keys.policy(project),
                "ConditionExpression": f"{ABSENT} OR digest = :digest",
                "ExpressionAttributeValues": {":digest": {"S": digest}},
            }
        }

    def _names(self, version: ModelVersion) -> Iterator["TransactWriteItemTypeDef"]:
        project, model, number = version.project, version.model, version.version
        made = {"version": {"N": str(number)}}
        if version.semver is not None:
            yield self.table.put_in(keys.semver(project, model, version.semver), made, ABSENT)
        if version.commit is not None:
            at = keys.commit(project, model, version.commit, number)
            yield self.table.put_in(at, made | {"commit": {"S": version.commit}})

    def _updates(self, change: Change) -> Iterator["TransactWriteItemTypeDef"]:
        """One update for each version: a transaction takes one operation on an item."""
        values: dict[int, Item] = {}
        for move in change.moves:
            values.setdefault(move.version, {}).update(_moved(move))
        for edited in change.edits:
            values.setdefault(edited.version, {}).update(_edited(edited))
        for number, attributes in values.items():
            at = keys.version(change.head.project, change.head.model, number)
            yield {
                "Update": {
                    "TableName": self.table.name,
                    "Key": at,
                    "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
                    "ConditionExpression": PRESENT,
                    "ExpressionAttributeNames": {f"#{name}": name for name in attributes},
                    "ExpressionAttributeValues": {f":{name}": value for name, value in attributes.items()},
                }
            }


def _moved(move: Move) -> Item:
    approval = {} if move.approval_id is None else {"approval": {"S": move.approval_id}}
    return {"stage": {"S": move.stage.value}} | approval


def _edited(version: ModelVersion) -> Item:
    return {"state": {"S": version.model_dump_json(include=_STATE)}}


def _head(item: Item) -> ModelHead:
    return _HEAD.validate_json(item["doc"]["S"])


def _version_attributes(version: ModelVersion) -> Item:
    return {
        "doc": {"S": version.model_dump_json(exclude=_MOVABLE)},
        "stage": {"S": version.stage.value},
    } | _edited(version)


def _version(item: Item) -> ModelVersion:
    approval = item.get("approval")
    moved = {"stage": item["stage"]["S"], "approved_by_approval": approval["S"] if approval else None}
    state = json.loads(item["state"]["S"]) if "state" in item else {}
    return ModelVersion.model_validate(json.loads(item["doc"]["S"]) | state | moved)


def _event(event: Event) -> Item:
    metadata = event.detail.metadata
    return document(event.detail, detail_type={"S": event.detail_type.value}) | {
        "occurred_at": {"N": str(int(metadata.occurred_at.timestamp() * 1000))}
    }
