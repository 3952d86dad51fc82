"""A version's move to another stage, as part of a larger change."""

from functions.core.ledger import Draft, Move
from lineal_contract.events import VersionStateChanged
from lineal_contract.stages import StageName


def move_in(draft: Draft, move: Move, came_from: StageName, caused_by: str | None) -> None:
    """Add a version's change of stage to a change."""
    draft.move(move)
    event = VersionStateChanged(
        model=draft.head.model,
        version=move.version,
        from_stage=came_from,
        to_stage=move.stage,
        approval_id=caused_by,
    )
    draft.record(
        "version.stage_changed",
        f"version/{move.version}",
        event,
        from_stage=str(came_from),
        to_stage=str(move.stage),
    )
