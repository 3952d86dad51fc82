"""What everybody who brings something over shares."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lineal.client import Client
from lineal.importing.identities import SOURCE, experiment_name, id_of
from lineal.importing.journal import Journal
from lineal.importing.plan import Plan
from lineal.importing.records import RunRecord
from lineal.importing.report import Ledger
from lineal.importing.source import Source


@dataclass(frozen=True)
class Job:
    """One import: from where, into which project, what of it, and what came of it so far."""

    client: Client
    source: Source
    plan: Plan
    ledger: Ledger
    journal: Journal
    advance: Callable[[], None] = lambda: None
    experiments: dict[str, str] = field(default_factory=dict)
    """Ids of experiments here, by those of the source."""
    logged_models: dict[str, str] = field(default_factory=dict)
    """Ids of logged models here, by those of the source."""

    @property
    def mark(self) -> dict[str, str]:
        """The tag that tells what is imported."""
        return {SOURCE: self.source.uri}

    def experiment_of(self, run: RunRecord) -> str:
        """Return the name of a run's experiment here."""
        return experiment_name(self.plan.experiments[run.experiment_id].name)

    def run_id(self, source_id: str) -> str | None:
        """Return the id here of a run at the source, also of one that is not brought; None for no run."""
        known = self.plan.runs.get(source_id) or self.source.run(source_id)
        return id_of(self.source.kind, known) if known is not None else None
