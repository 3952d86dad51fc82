"""A change of a model as one transaction, guarded by the revision that it was decided on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from functions.adapters.dynamo import ABSENT, PRESENT, Item, Table, document
from functions.adapters.keys import registry as keys
from functions.adapters.keys.key import key
from functions.adapters.model_items import edited, moved, of_event, of_head, of_version
from functions.adapters.requests import done
from functions.core.ledger import Carried, Change, ModelHead, opens_deployment
from lineal_contract.approvals import Approval, ApprovalStatus
from lineal_contract.registry import ModelVersion

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


def writes(table: Table, before: ModelHead | None, change: Change) -> Iterator["TransactWriteItemTypeDef"]:
    """Yield the operations of one transaction: the head, guarded, and all that changes with it."""
    yield _put_head(table, before, change.head)
    yield from _made(table, change)
    for carried in change.carried:
        yield from _carried(table, carried)
    yield from _request(table, change)
    if change.policy_digest is not None:
        yield _still_in_force(table, change.head.project, change.policy_digest)
    yield from _updates(table, change)
    if (card := change.card) is not None:
        at = keys.card(change.head.project, change.head.model, card.version, card.revision)
        yield table.put_in(at, document(card), ABSENT)
    if change.approval is not None:
        yield from _approval(table, change.head.project, change.approval)
    yield from _serving(table, change)
    yield from _trail(table, change)


def _made(table: Table, change: Change) -> Iterator["TransactWriteItemTypeDef"]:
    """A new version, one that was pending and is completed, or one that is still to be made."""
    project, model = change.head.project, change.head.model
    if (version := change.new_version) is not None:
        yield table.put_in(keys.version(project, model, version.version), of_version(version), ABSENT)
        yield from _names(table, version)
    if (completed := change.completed) is not None:
        yield table.put_in(keys.version(project, model, completed.version), of_version(completed), PRESENT)
    if change.signature is not None and (signed := version or completed) is not None:
        at = keys.signature(project, model, signed.version)
        yield table.put_in(at, {"bundle": {"S": change.signature}}, ABSENT)
    if (registration := change.registration) is not None:
        yield table.put_in(keys.pending(project, registration.registration_id), document(registration))
        yield table.put_in(keys.open_registration(project, registration.registration_id), {})


def _request(table: Table, change: Change) -> Iterator["TransactWriteItemTypeDef"]:
    """What a repetition of the request is known by."""
    project, model = change.head.project, change.head.model
    if change.request_id is not None:
        made = {"model": {"S": model}, "version": {"N": str(change.head.latest_version)}}
        yield table.put_in(keys.registration(project, change.request_id), made, ABSENT)
    yield from done(table, project, change.said)


def _approval(table: Table, project: str, approval: Approval) -> Iterator["TransactWriteItemTypeDef"]:
    """An approval, and its place in the lists of what the sweep restarts."""
    yield table.put_in(key(keys.approvals(project), approval.approval_id), document(approval))
    if approval.status is ApprovalStatus.REQUESTED:
        yield table.put_in(keys.open_approval(project, approval.approval_id), {})
    if opens_deployment(approval):
        yield table.put_in(keys.open_deployment(project, approval.approval_id), {})


def _serving(table: Table, change: Change) -> Iterator["TransactWriteItemTypeDef"]:
    """What runs where."""
    project = change.head.project
    for deployment in change.deployments:
        at = key(keys.deployments(project, deployment.endpoint), deployment.deployment_id)
        yield table.put_in(at, document(deployment))
    if (endpoint := change.endpoint) is not None:
        at = key(keys.endpoints(project), endpoint.endpoint)
        yield table.put_in(at, document(endpoint))


def _trail(table: Table, change: Change) -> Iterator["TransactWriteItemTypeDef"]:
    """The audit records, the note that the chain has grown since its last anchor, and the events."""
    project, model = change.head.project, change.head.model
    for record in change.audit:
        at = key(keys.audit_chain(project, model), keys.audit_sort(record.sequence))
        yield table.put_in(at, document(record), ABSENT)
    grown = {"grown_to": {"N": str(change.head.audit_sequence)}}
    yield table.put_in(keys.unanchored(project, model), grown)
    for event in change.events:
        yield table.put_in(keys.outbox(event.detail.metadata.event_id), of_event(event))


def _put_head(table: Table, before: ModelHead | None, after: ModelHead) -> "TransactWriteItemTypeDef":
    at = key(keys.models(after.project), after.model)
    attributes = of_head(after)
    if before is None:
        return table.put_in(at, attributes, ABSENT)
    put = table.put_in(at, attributes, "revision = :before")
    put["Put"]["ExpressionAttributeValues"] = {":before": {"N": str(before.revision)}}
    return put


def _carried(table: Table, carried: Carried) -> Iterator["TransactWriteItemTypeDef"]:
    """No item is asked to be new: a model that has its name back finds its own versions there."""
    version = carried.version
    project, model, number = version.project, version.model, version.version
    yield table.put_in(keys.version(project, model, number), of_version(version))
    yield from _names(table, version, None)
    if carried.signature is not None:
        at = keys.signature(project, model, number)
        yield table.put_in(at, {"bundle": {"S": carried.signature}})
    for card in carried.cards:
        yield table.put_in(keys.card(project, model, number, card.revision), document(card))


def _still_in_force(table: Table, project: str, digest: str) -> "TransactWriteItemTypeDef":
    """Without rules of its own a project has the built-in ones, and no item."""
    return {
        "ConditionCheck": {
            "TableName": table.name,
            "Key": keys.policy(project),
            "ConditionExpression": f"{ABSENT} OR digest = :digest",
            "ExpressionAttributeValues": {":digest": {"S": digest}},
        }
    }


def _names(
    table: Table, version: ModelVersion, condition: str | None = ABSENT
) -> Iterator["TransactWriteItemTypeDef"]:
    project, model, number = version.project, version.model, version.version
    made = {"version": {"N": str(number)}}
    if version.semver is not None:
        yield table.put_in(keys.semver(project, model, version.semver), made, condition)
    if version.commit is not None:
        at = keys.commit(project, model, version.commit, number)
        yield table.put_in(at, made | {"commit": {"S": version.commit}})


def _updates(table: Table, change: Change) -> Iterator["TransactWriteItemTypeDef"]:
    """One update for each version: a transaction takes one operation on an item."""
    values: dict[int, Item] = {}
    for move in change.moves:
        values.setdefault(move.version, {}).update(moved(move))
    for version in change.edits:
        values.setdefault(version.version, {}).update(edited(version))
    for number, attributes in values.items():
        at = keys.version(change.head.project, change.head.model, number)
        yield {
            "Update": {
                "TableName": table.name,
                "Key": at,
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
                "ConditionExpression": PRESENT,
                "ExpressionAttributeNames": {f"#{name}": name for name in attributes},
                "ExpressionAttributeValues": {f":{name}": value for name, value in attributes.items()},
            }
        }
