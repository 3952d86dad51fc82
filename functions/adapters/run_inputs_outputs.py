"""What a run used and made, as records beside its item."""

from collections.abc import Sequence
from dataclasses import dataclass

from functions.adapters import run_items
from functions.adapters.dynamo import ABSENT, PRESENT, Item, Table, document, parse
from functions.adapters.keys import runs as keys
from functions.adapters.run_places import RunPlaces
from functions.core.errors import AlreadyExistsError, StaleError
from functions.core.ports.glances import Placed
from functions.tables import EXPIRY_ATTRIBUTE
from lineal_contract.artifacts import Artifact
from lineal_contract.runs import Dataset, ModelLink

_GLANCES = 100
"""Datasets that one update of a run item notes; an expression ends at 4 KB."""


@dataclass(frozen=True)
class RunInputsOutputs:
    """Datasets, logged models and artifacts of runs."""

    table: Table
    places: RunPlaces

    def put_datasets(self, run: Placed, datasets: Sequence[Dataset]) -> None:
        """Record inputs; the same ones again change nothing. The run item is written once for many."""
        self.table.put_many(
            [
                (keys.dataset(run.project, run.run_id, each.context, each.name, each.digest), document(each))
                for each in datasets
            ]
        )
        for start in range(0, len(datasets), _GLANCES):
            glances = dict(map(run_items.dataset_at_a_glance, datasets[start : start + _GLANCES]))
            change = ", ".join(f"#d{i} = :d{i}" for i in range(len(glances)))
            names = {f"#d{i}": name for i, name in enumerate(glances)}
            values = {f":d{i}": glance for i, glance in enumerate(glances.values())}
            self._note_datasets(run, *run_items.changing(f"SET {change}", names, values))

    def put_model_links(self, run: Placed, links: Sequence[ModelLink]) -> None:
        """Record logged models; the same one again changes its step alone."""
        self.table.put_many(
            [
                (keys.model_link(run.project, run.run_id, each.direction, each.model_id), document(each))
                for each in links
            ]
        )

    def put_artifact(self, run: Placed, artifact: Artifact) -> None:
        """Record an output under a name that is free, or has the same content."""
        at = keys.artifact(run.project, run.run_id, artifact.name)
        try:
            self.table.put(at, document(artifact), ABSENT)
        except StaleError as error:
            present = self.table.get(at)
            if present is not None and EXPIRY_ATTRIBUTE in present:
                return self.table.put(at, document(artifact))
            if present is None or parse(Artifact, present).digest != artifact.digest:
                message = f"the run has another artifact named {artifact.name!r}"
                raise AlreadyExistsError(message) from error

    def drop_artifacts(self, run: Placed, dropped: Sequence[Artifact]) -> None:
        """Mark records for DynamoDB to remove: the functions themselves delete nothing."""
        names = {"#e": EXPIRY_ATTRIBUTE}
        for artifact in dropped:
            at = keys.artifact(run.project, run.run_id, artifact.name)
            values = {":now": {"N": str(artifact.created_at // 1000)}}
            self.table.update(at, "SET #e = :now", PRESENT, names, values)

    def _note_datasets(self, run: Placed, change: str, names: dict[str, str], values: Item) -> None:
        at = run_items.key_of(run)
        self.places.write(run, lambda: self.table.update(at, change, PRESENT, names, values))
