"""Registered models of an import, with versions, aliases and stages."""

from pathlib import Path
from tempfile import TemporaryDirectory

from lineal.errors import ConflictError, InputError, InvalidRequestError, NotFoundError, PermissionDeniedError
from lineal.importing import labels
from lineal.importing.identities import CREATED_AT, NAME, SOURCE, VERSION, is_alias, model_name
from lineal.importing.job import Job
from lineal.importing.journal import fingerprint
from lineal.importing.records import RegisteredModelRecord, VersionRecord
from lineal.importing.report import Outcome
from lineal.importing.source import UnreadableError
from lineal.importing.versions import Bringing, LeftOutError
from lineal_contract.mlflow import model_version_endpoints as endpoints
from lineal_contract.mlflow import model_versions as wire
from lineal_contract.policies import Stage
from lineal_contract.registry import Model

_REFUSED = (ConflictError, InvalidRequestError, PermissionDeniedError, InputError)
_STAGES = {Stage.STAGING: "Staging", Stage.PRODUCTION: "Production", Stage.ARCHIVED: "Archived"}
_MAX_TAGS = 50


def bring(job: Job, record: RegisteredModelRecord) -> None:
    """Bring a model with its versions in the order of their numbers, then what points at them."""
    name = model_name(record.name)
    if name != record.name:
        job.ledger.report.renamed[f"model {record.name}"] = name
    _model(job, record, name)
    numbers: dict[int, int] = {}
    there = _imported(job, name)
    for version in record.versions:
        outcome = _version(job, name, version, str(version.number) in there)
        if outcome is not None:
            numbers[version.number] = outcome.number
        job.advance()
    moved = {str(there): here for there, here in numbers.items() if there != here}
    if moved:
        job.ledger.report.numbers[name] = moved
    for alias, number in sorted(record.aliases.items()):
        _alias(job, name, alias, number, numbers.get(number))
    for version in record.versions:
        if version.stage is not Stage.DEVELOPMENT:
            _stage(job, name, version, numbers.get(version.number))


def _model(job: Job, record: RegisteredModelRecord, name: str) -> None:
    """Make the model, or give the one of this name the tags and the description that it has not."""

    def tell(what: str) -> None:
        job.ledger.problem("model", record.name, what)

    own = job.mark | {NAME: record.name, CREATED_AT: str(record.created_at)}
    tags = own | labels.tags(record.tags, tell)
    models = job.client.models
    present = _found(job, name)
    first = next(labels.cut(tags, _MAX_TAGS))
    stored = present or models.create(name, description=record.description[:8_000], tags=first)
    absent = {key: value for key, value in tags.items() if key not in stored.tags}
    for more in labels.cut(absent, _MAX_TAGS):
        if more or (record.description and not stored.description):
            stored = models.describe(name, stored.description or record.description[:8_000], tags=more)
    same = tags.keys() <= stored.tags.keys()
    job.ledger.count("models", verified=int(same), **{"present" if present else "written": 1})


def _found(job: Job, name: str) -> Model | None:
    try:
        return job.client.models.get(name)
    except NotFoundError:
        return None


def _imported(job: Job, name: str) -> set[str]:
    """The numbers at the source of the versions that are here already."""
    found = (each.tags for each in job.client.models.versions(name))
    return {tags[VERSION] for tags in found if tags.get(SOURCE) == job.source.uri and VERSION in tags}


def _version(job: Job, name: str, record: VersionRecord, present: bool) -> Outcome | None:
    of, mark = f"{record.model}/{record.number}", fingerprint(record)
    outcome = job.journal.outcome("versions", of, mark) if present else None
    if outcome is None:
        try:
            with TemporaryDirectory(prefix="lineal-import-") as folder:
                outcome = Bringing(job, name, record, Path(folder)).bring()
        except (LeftOutError, UnreadableError, NotFoundError, *_REFUSED) as error:
            job.ledger.count("versions", left=1)
            job.ledger.problem("version", of, f"left out: {error}")
            return None
        job.journal.write("versions", of, mark, outcome)
    job.ledger.settle("versions", outcome, present=present)
    return outcome


def _alias(job: Job, name: str, alias: str, there: int, here: int | None) -> None:
    def leave(why: object) -> None:
        job.ledger.count("aliases", left=1)
        job.ledger.problem(
            "alias", f"{name}@{alias}", f"not set, it leads to version {there} at the source: {why}"
        )

    if here is None:
        return leave("that version is not here")
    if not is_alias(alias):
        return leave("an alias begins with a small letter, and reads as no version, stage or commit")
    present = job.client.models.get(name).aliases.get(alias) == here
    try:
        if not present:
            job.client.models.set_alias(name, alias, here, reason=f"imported from {job.source.uri}")
    except _REFUSED as error:
        return leave(error)
    same = job.client.models.get(name).aliases.get(alias) == here
    return job.ledger.count("aliases", verified=int(same), **{"present" if present else "written": 1})


def _stage(job: Job, name: str, record: VersionRecord, here: int | None) -> None:
    """Move a version by hand, which is refused where the project's rules govern its stage."""

    def leave(why: object) -> None:
        job.ledger.count("stages", left=1)
        of = f"{record.model}/{record.number}"
        job.ledger.problem("stage", of, f"not moved to {record.stage}, where it is at the source: {why}")

    if here is None:
        return leave("that version is not here")
    present = job.client.models.version(name, here).stage is record.stage
    try:
        if not present:
            wanted = wire.TransitionStage(name=name, version=str(here), stage=_STAGES[record.stage])
            job.client.mlflow.call(endpoints.TRANSITION_STAGE, wanted)
    except _REFUSED as error:
        return leave(error)
    same = job.client.models.version(name, here).stage is record.stage
    return job.ledger.count("stages", verified=int(same), **{"present" if present else "written": 1})
