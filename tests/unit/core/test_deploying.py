"""What goes live, what a rollback moves, and what is never deployed."""

from typing import Any

import pytest

from functions.core.deployments import deploying
from functions.core.errors import ConflictError, NotApprovedError
from functions.core.ledger import Change, Move
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.deployments import Deployment, DeploymentStatus, Endpoint, Rollback
from lineal_contract.events import AliasChanged, DeploymentStateChanged, VersionApproved, VersionStateChanged
from lineal_contract.policies import Stage
from tests import builders
from tests.builders import BOB, NOW

APPLIED = builders.approval(status=ApprovalStatus.APPLIED)
IN_PRODUCTION = builders.version(stage=Stage.PRODUCTION, approved_by_approval=APPLIED.approval_id)
CLAIM = VersionApproved(
    approval_id=APPLIED.approval_id,
    model=builders.MODEL,
    version=1,
    manifest_digest=APPLIED.manifest_digest,
    endpoint=builders.MODEL,
)
BACK = Rollback(reason="errors", request_id=builders.hex_id(500))


def statuses(change: Change) -> dict[str, DeploymentStatus]:
    return {d.deployment_id: d.status for d in change.deployments}


def test_an_event_that_the_registry_bears_out_is_believed() -> None:
    assert deploying.distrust(CLAIM, APPLIED, IN_PRODUCTION) is None


@pytest.mark.parametrize(
    "forged",
    [{"version": 2}, {"model": "other"}, {"manifest_digest": builders.sha("other")}],
    ids=lambda forged: next(iter(forged)),
)
def test_an_event_with_a_forged_field_is_not_believed(forged: dict[str, Any]) -> None:
    assert deploying.distrust(CLAIM.model_copy(update=forged), APPLIED, IN_PRODUCTION)


@pytest.mark.parametrize(
    "approval",
    [
        *({"status": status} for status in ApprovalStatus if status is not ApprovalStatus.APPLIED),
        {"stage": Stage.STAGING},
        {"approval_id": builders.hex_id(99)},
        {"manifest_digest": builders.sha("other")},
        {"version": 2},
        {"model": "other"},
    ],
    ids=str,
)
def test_an_approval_that_is_not_this_versions_is_not_believed(approval: dict[str, Any]) -> None:
    assert deploying.distrust(CLAIM, APPLIED.model_copy(update=approval), IN_PRODUCTION)


@pytest.mark.parametrize(
    "version", [{"approved_by_approval": None}, {"manifest_digest": builders.sha("other")}], ids=str
)
def test_a_version_that_does_not_carry_the_approval_is_not_believed(version: dict[str, Any]) -> None:
    assert deploying.distrust(CLAIM, APPLIED, IN_PRODUCTION.model_copy(update=version))


def test_a_deployment_is_recorded_under_its_approvals_id() -> None:
    change = deploying.open_deployment(
        builders.head(), APPLIED, builders.MODEL, "arn:execution", builders.cause(BOB)
    )
    (deployment,) = change.deployments
    assert deployment.deployment_id == deployment.approval_id == APPLIED.approval_id
    assert (deployment.status, deployment.kind) == (DeploymentStatus.PENDING, "promotion")
    assert deployment.execution_arn == "arn:execution"
    assert change.endpoint is None


def test_the_first_deployment_makes_the_endpoint() -> None:
    head = builders.head(production_version=1)
    step = deploying.switch(head, builders.deployment(), None, None, builders.cause())
    assert step.outcome == "live"
    assert step.change is not None
    assert step.change.endpoint == builders.endpoint()
    (deployment,) = step.change.deployments
    assert (deployment.live_at, deployment.replaced_version) == (NOW, None)


def test_switching_supersedes_what_was_live_in_the_same_change() -> None:
    live = builders.deployment(1, status=DeploymentStatus.LIVE)
    head = builders.head(production_version=2)
    step = deploying.switch(head, builders.deployment(2), builders.endpoint(1), live, builders.cause())
    assert step.change is not None
    assert statuses(step.change) == {
        live.deployment_id: DeploymentStatus.SUPERSEDED,
        builders.deployment(2).deployment_id: DeploymentStatus.LIVE,
    }
    assert step.change.endpoint == builders.endpoint(2)
    assert step.change.deployments[-1].replaced_version == 1


@pytest.mark.parametrize("production", [None, 3])
def test_a_deployment_that_production_has_overtaken_is_refused(production: int | None) -> None:
    head = builders.head(production_version=production)
    step = deploying.switch(head, builders.deployment(2), builders.endpoint(1), None, builders.cause())
    assert step.outcome == "superseded"
    assert step.change is not None
    assert step.change.endpoint is None
    (deployment,) = step.change.deployments
    assert deployment.status is DeploymentStatus.REFUSED
    assert deployment.error == f"version {production} is in production now"
    (event,) = (e.detail.data for e in step.change.events)
    assert isinstance(event, DeploymentStateChanged)
    assert event.status is DeploymentStatus.REFUSED


@pytest.mark.parametrize("status", [s for s in DeploymentStatus if s is not DeploymentStatus.PENDING])
def test_switching_again_changes_nothing(status: DeploymentStatus) -> None:
    head = builders.head(production_version=1)
    step = deploying.switch(head, builders.deployment(status=status), None, None, builders.cause())
    assert step.change is None
    assert step.outcome == ("live" if status is DeploymentStatus.LIVE else "superseded")


def history(*versions: int, live: bool = True) -> list[Deployment]:
    return [builders.deployment(v, live_at=NOW if live else None) for v in versions]


def target(
    current: Endpoint, past: list[Deployment], asked: int | None = None, production: int | None = None
) -> int:
    head = builders.head(production_version=production or current.version)
    return deploying.rollback_target(BACK.model_copy(update={"version": asked}), head, current, past)


@pytest.mark.parametrize(
    ("asked", "live", "earlier", "expected"),
    [
        (None, 3, [3, 2, 1], 2),
        (None, 2, [2, 3, 2, 1], 3),
        (None, 3, [3, 3, 1], 1),
        (1, 3, [3, 2, 1], 1),
        (9, 3, [3, 2, 1], 9),
    ],
)
def test_a_rollback_goes_to_what_was_asked_or_was_live_before(
    asked: int | None, live: int, earlier: list[int], expected: int
) -> None:
    assert target(builders.endpoint(live), history(*earlier), asked) == expected


def test_a_deployment_that_never_went_live_is_nowhere_to_go_back_to() -> None:
    deployments = [*history(3, live=False), *history(2, 1)]
    assert target(builders.endpoint(2), deployments) == 1


def test_the_last_one_live_is_told_by_time_and_not_by_id() -> None:
    old = builders.deployment(1, live_at=NOW - 5)
    new = builders.deployment(3, live_at=NOW - 1)
    assert target(builders.endpoint(4), [old, *history(4), new]) == 3


def test_there_may_be_nowhere_to_go_back_to() -> None:
    with pytest.raises(ConflictError):
        target(builders.endpoint(1), history(1))
    with pytest.raises(ConflictError, match="live already"):
        target(builders.endpoint(1), history(1), asked=1)


def test_what_was_rolled_away_from_is_nowhere_to_go_back_to() -> None:
    away = builders.deployment(2, kind="rollback", replaced_version=3, live_at=NOW)
    assert target(builders.endpoint(2), [away, *history(3, 2, 1)]) == 1
    with pytest.raises(ConflictError):
        target(builders.endpoint(2), [away, *history(3, 2)])


@pytest.mark.parametrize("asked", [None, 1])
def test_what_the_endpoint_still_serves_is_good_when_production_has_moved(asked: int | None) -> None:
    assert target(builders.endpoint(1), history(1), asked, production=2) == 1


@pytest.mark.parametrize(
    "earlier", [builders.deployment(kind="promotion"), builders.deployment(2, kind="rollback")]
)
def test_a_request_id_that_made_something_else_is_a_conflict(earlier: Deployment) -> None:
    with pytest.raises(ConflictError):
        deploying.same_rollback(earlier, BACK.model_copy(update={"version": 1}))


def roll_back(*, leaving: int = 2, **target: Any) -> Change:
    archived = builders.version(
        1, **{"stage": Stage.ARCHIVED, "approved_by_approval": builders.hex_id(1001)} | target
    )
    return deploying.roll_back(
        builders.head(production_version=leaving, aliases={"champion": leaving}),
        builders.endpoint(2),
        builders.deployment(2, status=DeploymentStatus.LIVE),
        builders.version(leaving, stage=Stage.PRODUCTION),
        archived,
        builders.POLICY,
        BACK,
        builders.cause(BOB),
    )


def test_a_rollback_moves_stages_alias_and_endpoint_in_one_change() -> None:
    change = roll_back()
    assert change.moves == (
        Move(2, Stage.ARCHIVED),
        Move(1, Stage.PRODUCTION, builders.hex_id(1001)),
    )
    assert (change.head.production_version, change.head.aliases) == (1, {"champion": 1})
    assert change.endpoint == builders.endpoint(1, deployment_id=builders.hex_id(500))
    assert statuses(change) == {
        builders.deployment(2).deployment_id: DeploymentStatus.SUPERSEDED,
        builders.hex_id(500): DeploymentStatus.LIVE,
    }


def test_a_rollback_is_audited_with_its_reason_and_announced() -> None:
    change = roll_back()
    record = change.audit[0]
    assert (record.action, record.actor) == ("endpoint.rolled_back", BOB)
    assert record.details == {"reason": "errors", "from_version": 2, "to_version": 1}
    announced = [e.detail.data for e in change.events]
    assert [type(data) for data in announced] == [
        *[VersionStateChanged] * 2,
        AliasChanged,
        *[DeploymentStateChanged] * 2,
    ]
    told = [data.status for data in announced if isinstance(data, DeploymentStateChanged)]
    assert told == [DeploymentStatus.SUPERSEDED, DeploymentStatus.LIVE]


def test_a_rollback_keeps_the_approval_that_brought_the_version_to_production() -> None:
    (*_, deployment) = roll_back().deployments
    assert (deployment.kind, deployment.approval_id) == ("rollback", builders.hex_id(1001))
    assert (deployment.reason, deployment.actor) == ("errors", BOB)


def test_a_version_that_was_never_approved_is_not_gone_back_to() -> None:
    with pytest.raises(NotApprovedError):
        roll_back(approved_by_approval=None)


def test_what_leaves_production_may_not_have_been_live_yet() -> None:
    change = roll_back(leaving=3)
    assert change.moves[0] == Move(3, Stage.ARCHIVED)
    assert change.audit[0].details["from_version"] == 2


def test_going_to_the_version_that_is_in_production_already_moves_the_endpoint_alone() -> None:
    change = roll_back(leaving=1, stage=Stage.PRODUCTION)
    assert change.moves == ()
    assert change.endpoint is not None
    assert change.endpoint.version == 1
