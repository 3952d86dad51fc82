"""Versions that have their number, and whose bytes are still to be hashed: how they begin and how they end.

A version is announced when it is complete. Until then it is no more than a number, a source and a list of
pinned objects; nothing promotes, deploys or reads it.
"""

from functions.core.causes import Cause
from functions.core.errors import NotReadyError
from functions.core.ledger import Change, Draft, ModelHead
from functions.core.models import registering
from functions.core.objects.manifests import Pinned
from functions.core.objects.plans import Plan
from functions.core.registrations import Registration
from lineal_contract.events import VersionLifecycleChanged
from lineal_contract.lifecycle import UNFINISHED, VersionStatus
from lineal_contract.registry import ModelVersion


def check_ready(version: ModelVersion) -> None:
    """Raise NotReadyError for a version whose bytes nobody knows."""
    if version.status in UNFINISHED:
        raise NotReadyError(f"version {version.version} is {version.status}: {version.status_reason}")


def awaiting(made: ModelVersion, plan: Plan) -> ModelVersion:
    """Return a version as it is until its files are hashed."""
    unknown = {
        "status": VersionStatus.PENDING,
        "status_reason": f"{len(plan.files):,} files, {plan.size:,} bytes, are being hashed",
        "file_count": len(plan.files),
        "manifest": (),
        "manifest_digest": "",
        "artifact_digest": "",
    }
    return made.model_copy(update=unknown)


def request(head: ModelHead, made: ModelVersion, registration: Registration, cause: Cause) -> Change:
    """Return the change that gives a pending version its number; `registration` gets it too."""
    draft, version = registering.numbered(head, made, None, cause)
    asked = registration.model_copy(update={"version": version.version})
    draft.put(new_version=version, request_id=asked.registration_id, registration=asked)
    subject = f"version/{version.version}"
    draft.record("version.requested", subject, run_id=version.run_id, source=version.source)
    return draft.change()


def complete(
    head: ModelHead, pending: ModelVersion, files: Pinned, signature: str | None, cause: Cause
) -> Change:
    """Return the change that makes a version of what was hashed, and announces it."""
    version = completed(pending, files)
    draft = Draft(head, cause)
    draft.put(completed=version, signature=signature)
    registering.announce(draft, version, new_model=False)
    return draft.change()


def completed(pending: ModelVersion, files: Pinned) -> ModelVersion:
    """Return a pending version with its files."""
    known = {
        "status": VersionStatus.ACTIVE,
        "status_reason": "",
        "file_count": files.count,
        "manifest": files.entries,
        "manifest_digest": files.digest,
        "manifest_object": files.document,
        "artifact_digest": files.artifact_digest,
    }
    return pending.model_copy(update=known)


def fail(head: ModelHead, pending: ModelVersion, reason: str, cause: Cause) -> Change:
    """Return the change that gives a version up, for good."""
    failed = pending.model_copy(update={"status": VersionStatus.FAILED, "status_reason": reason})
    draft = Draft(head, cause)
    draft.put(edits=(failed,))
    event = VersionLifecycleChanged(
        model=failed.model, version=failed.version, status=failed.status, reason=reason, successor=None
    )
    draft.record("version.failed", f"version/{failed.version}", event, reason=reason)
    return draft.change()
