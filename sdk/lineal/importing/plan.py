"""What an import is going to bring: the choice, and the order that follows from it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from lineal.errors import InputError
from lineal.importing.records import (
    ExperimentRecord,
    Holder,
    LoggedModelRecord,
    Place,
    RegisteredModelRecord,
    RunRecord,
    VersionRecord,
)
from lineal.importing.source import Source


@dataclass(frozen=True)
class Selection:
    """Which part of a source: all, or experiments by name, runs since a time, with what was deleted."""

    experiments: tuple[str, ...] = ()
    since: int | None = None
    deleted: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether nothing but what was deleted is left out."""
        return not self.experiments and self.since is None


@dataclass(frozen=True)
class Plan:
    """What is to be brought. Runs and logged models are in the order in which they began."""

    selection: Selection
    experiments: Mapping[str, ExperimentRecord]
    runs: Mapping[str, RunRecord]
    logged_models: Mapping[str, LoggedModelRecord]
    models: tuple[RegisteredModelRecord, ...]
    skipped: tuple[tuple[str, str, str], ...] = field(default=())
    """Versions that the choice leaves out: (model, number, why)."""

    @property
    def versions(self) -> list[VersionRecord]:
        """All versions, by model."""
        return [version for model in self.models for version in model.versions]

    def made_by(self, run_id: str) -> list[LoggedModelRecord]:
        """Return the logged models whose files are those of a run."""
        return self._by_run.get(run_id, [])

    def wanted_of(self, holder: Holder, of: str) -> list[str]:
        """Return the paths of a run or logged model that versions are made of."""
        return self._paths.get((holder, of), [])

    @cached_property
    def _by_run(self) -> dict[str, list[LoggedModelRecord]]:
        grouped: dict[str, list[LoggedModelRecord]] = defaultdict(list)
        for model in self.logged_models.values():
            if model.source_run_id in self.runs:
                grouped[model.source_run_id].append(model)
        return dict(grouped)

    @cached_property
    def _paths(self) -> dict[tuple[Holder, str], list[str]]:
        found: dict[tuple[Holder, str], list[str]] = defaultdict(list)
        for version in self.versions:
            place = version.origin.place
            if place is not None and place.path not in found[place.holder, place.id]:
                found[place.holder, place.id].append(place.path)
        return dict(found)


def plan(source: Source, selection: Selection, told: Callable[[str], None] = lambda _: None) -> Plan:
    """Read what there is and choose. Raises SourceError, InputError for an experiment that is not there."""
    told("reading experiments")
    chosen = _experiments(source, selection)
    runs: dict[str, RunRecord] = {}
    logged: dict[str, LoggedModelRecord] = {}
    for at, experiment in enumerate(chosen.values(), start=1):
        told(f"reading experiment {at} of {len(chosen)}: {experiment.name}")
        runs |= {run.id: run for run in source.runs(experiment.id) if _is_chosen(run, selection)}
        logged |= {model.id: model for model in source.logged_models(experiment.id)}
    if selection.since is not None:
        logged = {key: model for key, model in logged.items() if model.source_run_id in runs}
    told("reading registered models")
    models, skipped = _models(source.models(), selection, runs, logged)
    return Plan(
        selection,
        chosen,
        dict(sorted(runs.items(), key=lambda item: (item[1].started_at, item[0]))),
        dict(sorted(logged.items(), key=lambda item: (item[1].created_at, item[0]))),
        models,
        skipped,
    )


def _experiments(source: Source, selection: Selection) -> dict[str, ExperimentRecord]:
    found = [each for each in source.experiments() if selection.deleted or not each.deleted]
    absent = set(selection.experiments) - {each.name for each in found}
    if absent:
        there = ", ".join(repr(each.name) for each in found[:20]) or "none"
        wanted = ", ".join(map(repr, sorted(absent)))
        raise InputError(f"{source.uri} has no experiment {wanted}; it has {there}")
    return {
        each.id: each for each in found if not selection.experiments or each.name in selection.experiments
    }


def _is_chosen(run: RunRecord, selection: Selection) -> bool:
    return (selection.deleted or not run.deleted) and run.started_at >= (selection.since or 0)


def _models(
    models: Iterable[RegisteredModelRecord],
    selection: Selection,
    runs: Mapping[str, RunRecord],
    logged: Mapping[str, LoggedModelRecord],
) -> tuple[tuple[RegisteredModelRecord, ...], tuple[tuple[str, str, str], ...]]:
    """The models with the versions that the choice takes: those of its runs, or all where it takes all."""
    taken: list[RegisteredModelRecord] = []
    skipped: list[tuple[str, str, str]] = []
    for model in models:
        kept = [each for each in model.versions if selection.is_whole or _is_of(each, runs, logged)]
        skipped += [
            (model.name, str(each.number), "its run is not among those chosen")
            for each in model.versions
            if each not in kept
        ]
        if kept or selection.is_whole:
            taken.append(replace(model, versions=tuple(kept)))
    return tuple(taken), tuple(skipped)


def _is_of(
    version: VersionRecord, runs: Mapping[str, RunRecord], logged: Mapping[str, LoggedModelRecord]
) -> bool:
    place: Place | None = version.origin.place
    of_model = place is not None and place.holder is Holder.LOGGED_MODEL and place.id in logged
    return version.run_id in runs or of_model
