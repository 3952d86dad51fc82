"""Moving a version between stages by hand, as MLflow's clients do: only where the rules leave it to people.

There is one version in production. Another that enters it archives the one before.
"""

from collections.abc import Sequence

from functions.core.causes import Cause
from functions.core.errors import ApprovalRequiredError, ConflictError
from functions.core.in_force import DEFAULT_POLICY
from functions.core.ledger import Change, Draft, ModelHead, Move
from functions.core.models import stages
from functions.core.models.aliases import route
from functions.core.models.moving import move_in
from functions.core.models.pending import check_ready
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.policies import Policy
from lineal_contract.registry import ModelVersion
from lineal_contract.stages import Stage, StageName

UNRULED = Policy(
    name="default",
    stages={Stage.PRODUCTION: DEFAULT_POLICY.stages[Stage.PRODUCTION].model_copy(update={"alias": None})},
)
"""What governs by hand in a project without rules of its own: into production alone, a person must agree."""


def move(
    head: ModelHead,
    version: ModelVersion,
    stage: StageName,
    leaving: Sequence[ModelVersion],
    policy: Policy,
    cause: Cause,
) -> Change | None:
    """Return the change, or None where the version is there and nobody leaves; `leaving` goes to the archive.

    Raises IllegalTransitionError, ApprovalRequiredError where the rules govern either stage, ConflictError
    for a version that ended, NotReadyError for one without bytes.
    """
    others = [each for each in leaving if each.version != version.version]
    if version.stage == stage and not others:
        return None
    check_ready(version)
    _check_free(head, version, stage, policy)
    draft = Draft(head, cause)
    for each in others:
        move_in(draft, Move(each.version, Stage.ARCHIVED), each.stage, None)
    if version.stage != stage:
        move_in(draft, Move(version.version, stage), version.stage, None)
    if stage == Stage.PRODUCTION:
        draft.set_head(production_version=version.version)
    elif version.stage == Stage.PRODUCTION:
        draft.set_head(production_version=None)
    return draft.change()


def _check_free(head: ModelHead, version: ModelVersion, stage: StageName, policy: Policy) -> None:
    if version.stage != stage:
        stages.check_by_hand(policy, version.stage, stage)
    for governed in (stage, *((Stage.PRODUCTION,) if version.stage == Stage.PRODUCTION else ())):
        if stages.asked(policy, governed) != stages.NO_RULES:
            raise ApprovalRequiredError(
                f"the project's rules govern {governed}, which is not entered or left by hand: "
                f"{route(head.model, version.version, stage)}",
                legal=(governed,),
            )
    if version.status is VersionStatus.RETIRED:
        raise ConflictError(f"version {version.version} is retired")
    if stage not in (Stage.DEVELOPMENT, Stage.ARCHIVED) and (why := stages.barred(version)):
        raise ConflictError(why)
