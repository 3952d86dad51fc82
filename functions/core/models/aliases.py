"""Aliases: pointers that people move by hand, unless the project's rules say that an approval moves them."""

from functions.core.causes import Cause
from functions.core.errors import ApprovalRequiredError, ConflictError
from functions.core.ledger import Change, Draft, ModelHead
from functions.core.models.pending import check_ready
from lineal_contract.events import AliasChanged
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.policies import Policy
from lineal_contract.registry import ModelVersion

MAX_ALIASES = 100


def point(
    head: ModelHead, alias: str, version: ModelVersion, reason: str, policy: Policy, cause: Cause
) -> Change | None:
    """Return the change that points an alias at a version, or None where it does already.

    A pending version may have one, as a pointer to what will be. Raises ApprovalRequiredError for an alias
    that follows approvals, ConflictError for a retired version, NotReadyError for one that failed.
    """
    before = head.aliases.get(alias)
    if before == version.version:
        return None
    check_free_to_move(head, alias, version.version, policy)
    demanded = policy.aliases.get(alias)
    if demanded is not None and version.stage != demanded:
        raise ApprovalRequiredError(
            f"the rules let {alias} point at versions in {demanded} alone, and version {version.version} is "
            f"in {version.stage}: {route(head.model, version.version, demanded)}",
            legal=(demanded,),
        )
    if version.status is VersionStatus.FAILED:
        check_ready(version)
    if version.status is VersionStatus.RETIRED:
        raise ConflictError(f"version {version.version} is retired")
    if before is None and len(head.aliases) >= MAX_ALIASES:
        raise ConflictError(f"a model has at most {MAX_ALIASES} aliases")
    return _moved(head, alias, version.version, reason, cause)


def remove(head: ModelHead, alias: str, policy: Policy, cause: Cause) -> Change | None:
    """Return the change that takes an alias away, or None without one. Raises ApprovalRequiredError."""
    if alias not in head.aliases:
        return None
    check_free_to_move(head, alias, head.aliases[alias], policy)
    return _moved(head, alias, None, "", cause)


def follow(draft: Draft, alias: str | None, number: int) -> None:
    """Point the alias that follows a stage, if one does, at the version that has entered it."""
    before = draft.head.aliases.get(alias) if alias else None
    if alias and before != number:
        _point(draft, alias, number, before, "")


def check_free_to_move(head: ModelHead, alias: str, number: int, policy: Policy) -> None:
    """Raise ApprovalRequiredError for an alias that follows what enters a stage."""
    for stage, asked in policy.stages.items():
        if asked.alias == alias:
            way = route(head.model, number, stage)
            raise ApprovalRequiredError(f"{alias} follows what enters {stage}: {way}", legal=(stage,))


def route(model: str, number: int, stage: str) -> str:
    """Return how to ask for what the rules leave to an approval."""
    return f"ask with `lineal promote {model}@{number} --to {stage}`"


def _moved(head: ModelHead, alias: str, number: int | None, reason: str, cause: Cause) -> Change:
    draft = Draft(head, cause)
    _point(draft, alias, number, head.aliases.get(alias), reason)
    return draft.change()


def _point(draft: Draft, alias: str, number: int | None, before: int | None, reason: str) -> None:
    others = {name: version for name, version in draft.head.aliases.items() if name != alias}
    draft.set_head(aliases=others if number is None else others | {alias: number})
    event = AliasChanged(model=draft.head.model, alias=alias, version=number, previous_version=before)
    action = "alias.removed" if number is None else "alias.moved"
    draft.record(action, f"alias/{alias}", event, version=number, previous=before, reason=reason)
