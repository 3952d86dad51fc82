"""Changes of runs by their owners and by people, each done once if its request has a name."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.core.causes import Said
from functions.core.commits import Contention
from functions.core.once import known
from functions.core.ports.blocks import FoldingList
from functions.core.ports.tracking import RunStore
from functions.core.ports.world import Clock
from functions.core.runs.changes import tells_itself, updated
from functions.core.runs.ending import note_end
from lineal_contract.people import Actor
from lineal_contract.runs import Run, RunStatus, UpdateRun


@dataclass(frozen=True)
class Editing:
    """Updates runs. A named request that comes again finds its name at the run, and changes nothing."""

    runs: RunStore
    contention: Contention
    clock: Clock
    folding: FoldingList

    def update(
        self, project: str, run_id: str, wanted: UpdateRun, actor: Actor, said: Said | None = None
    ) -> Run:
        """Return the changed run. Raises NotFoundError, ParamChangedError, ConflictError."""
        changed = self.revise(project, run_id, lambda _: wanted, actor, said)
        if wanted.status not in (None, RunStatus.RUNNING):
            note_end(self.folding, changed)
        return changed

    def revise(
        self,
        project: str,
        run_id: str,
        wish: Callable[[Run], UpdateRun],
        actor: Actor,
        said: Said | None = None,
    ) -> Run:
        """Return the run, changed as `wish` says of what it is now; what `wish` raises is the refusal."""

        def attempt() -> Run:
            before, earlier = self.runs.recall(project, run_id, said)
            if said is not None and earlier is not None and known(earlier, said) is not None:
                return before
            wanted = wish(before)
            after = updated(before, wanted, actor, self.clock())
            name = None if tells_itself(wanted) else said
            if after != before or name is not None:
                self.runs.replace(before, after, said=name)
            return after

        return self.contention.run(attempt)
