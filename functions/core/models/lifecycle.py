"""Deprecating, archiving, retiring and deleting, with respect for who still uses a version."""

from collections.abc import Sequence

from functions.core.causes import Cause
from functions.core.errors import ConflictError
from functions.core.ledger import Change, Draft, ModelHead, Move
from functions.core.models.moving import move_in
from functions.core.models.pending import check_ready
from lineal_contract.deployments import Endpoint
from lineal_contract.events import VersionLifecycleChanged
from lineal_contract.lifecycle import ChangeLifecycle, Consumer, LifecycleAction, PutConsumer, VersionStatus
from lineal_contract.registry import ModelVersion
from lineal_contract.stages import Stage

MAX_CONSUMERS = 100
_STATUS = {
    LifecycleAction.DEPRECATE: VersionStatus.DEPRECATED,
    LifecycleAction.REINSTATE: VersionStatus.ACTIVE,
    LifecycleAction.RETIRE: VersionStatus.RETIRED,
    LifecycleAction.DELETE: VersionStatus.DELETED,
}


def users(
    head: ModelHead, version: ModelVersion, endpoints: Sequence[Endpoint], consumers: Sequence[Consumer]
) -> tuple[str, ...]:
    """Return who uses a version, in words: `endpoints` of the model, `consumers` of this version."""
    number = version.version
    live = [f"endpoint {e.endpoint} serves it" for e in endpoints if e.version == number]
    production = ["it is in production"] if head.production_version == number and not live else []
    aliases = [f"alias {name} points at it" for name, held in sorted(head.aliases.items()) if held == number]
    return (*live, *production, *aliases, *(f"consumer {consumer.name} uses it" for consumer in consumers))


def change(
    head: ModelHead,
    version: ModelVersion,
    asked: ChangeLifecycle,
    successor: int | None,
    used_by: Sequence[str],
    cause: Cause,
) -> Change | None:
    """Return the change, or None where the version is so already.

    Raises ConflictError, naming the users, NotReadyError for anything but deleting a version without bytes.
    """
    if asked.action is not LifecycleAction.DELETE:
        check_ready(version)
    if asked.action is LifecycleAction.ARCHIVE:
        return _archive(head, version, asked, cause)
    status = _STATUS[asked.action]
    _check(version, status, successor)
    if status in (VersionStatus.RETIRED, VersionStatus.DELETED) and used_by:
        raise ConflictError(
            f"version {version.version} is still in use: {'; '.join(used_by)}", legal=tuple(used_by)
        )
    ends = status is VersionStatus.ACTIVE
    after = version.model_copy(
        update={
            "status": status,
            "status_reason": "" if ends else asked.reason,
            "successor": None if ends else successor,
        }
    )
    if after == version:
        return None
    draft = Draft(head, cause)
    draft.put(edits=(after,))
    _record(draft, after, asked)
    if status in (VersionStatus.RETIRED, VersionStatus.DELETED) and version.stage != Stage.ARCHIVED:
        move_in(draft, Move(version.version, Stage.ARCHIVED), version.stage, None)
    return draft.change()


def delete_model(head: ModelHead, endpoints: Sequence[Endpoint], cause: Cause) -> Change:
    """Return the change that deletes a model: its numbers are never given again, its trail goes on."""
    used_by = [f"endpoint {e.endpoint} serves it" for e in endpoints]
    used_by += [f"consumer {name} uses it" for name in head.consumers]
    used_by += [f"approval {each} is open" for each in head.open_approvals.values()]
    if head.production_version is not None and not endpoints:
        used_by.append(f"version {head.production_version} is in production")
    if used_by:
        raise ConflictError(
            f"model {head.model!r} is still in use: {'; '.join(used_by)}", legal=tuple(used_by)
        )
    draft = Draft(head, cause)
    draft.set_head(deleted_at=cause.at, buried=head.latest_version, aliases={})
    draft.record("model.deleted", f"model/{head.model}", latest_version=head.latest_version)
    return draft.change()


def put_consumer(head: ModelHead, name: str, wanted: PutConsumer, cause: Cause) -> Change | None:
    """Return the change that registers a consumer, in place of another of its name, or None for the same."""
    present = head.consumers.get(name)
    if (
        present is not None
        and PutConsumer(**present.model_dump(include=set(PutConsumer.model_fields))) == wanted
    ):
        return None
    if name not in head.consumers and len(head.consumers) >= MAX_CONSUMERS:
        raise ConflictError(f"a model has at most {MAX_CONSUMERS} registered consumers")
    consumer = Consumer(
        name=name,
        **dict(wanted),
        registered_by=cause.actor,
        registered_at=cause.at,
    )
    draft = Draft(head, cause)
    draft.set_head(consumers=head.consumers | {name: consumer})
    draft.record("consumer.registered", f"consumer/{name}", version=wanted.version, contact=wanted.contact)
    return draft.change()


def remove_consumer(head: ModelHead, name: str, cause: Cause) -> Change | None:
    """Return the change that forgets a consumer, or None where there is none of the name."""
    if name not in head.consumers:
        return None
    draft = Draft(head, cause)
    draft.set_head(consumers={k: v for k, v in head.consumers.items() if k != name})
    draft.record("consumer.removed", f"consumer/{name}", version=head.consumers[name].version)
    return draft.change()


def _check(version: ModelVersion, status: VersionStatus, successor: int | None) -> None:
    if successor == version.version:
        raise ConflictError("a version does not take its own place")
    if (
        version.status is VersionStatus.RETIRED
        and status is not VersionStatus.DELETED
        and (status is not VersionStatus.RETIRED)
    ):
        raise ConflictError(f"version {version.version} is retired, and that is for good")


def _archive(head: ModelHead, version: ModelVersion, asked: ChangeLifecycle, cause: Cause) -> Change | None:
    if version.stage == Stage.ARCHIVED:
        return None
    if version.stage == Stage.PRODUCTION:
        raise ConflictError(
            "a version leaves production when another takes its place: promote one, or roll back"
        )
    draft = Draft(head, cause)
    move_in(draft, Move(version.version, Stage.ARCHIVED), version.stage, None)
    draft.record("version.archived", f"version/{version.version}", reason=asked.reason)
    return draft.change()


def _record(draft: Draft, after: ModelVersion, asked: ChangeLifecycle) -> None:
    event = VersionLifecycleChanged(
        model=after.model,
        version=after.version,
        status=after.status,
        reason=asked.reason,
        successor=after.successor,
    )
    subject = f"version/{after.version}"
    draft.record(f"version.{asked.action}d", subject, event, reason=asked.reason, successor=after.successor)
