"""Where the files of a new version are: a run's, a logged model's, another version's, or a prompt's text.

Only what lies in this project is taken. A run is put down as the maker of files only where they are its own.
"""

import re
from dataclasses import dataclass
from typing import Any

from functions.core.errors import InvalidRequestError, NotFoundError
from functions.core.models.adopting import Adoption
from functions.core.models.pending import check_ready
from functions.core.objects.file_paths import inside
from functions.core.objects.manifests import Pinned, pins_of
from functions.core.objects.plans import Plan, check_size, of_known
from functions.mlflow import run_files, version_files
from functions.mlflow.artifacts import model_root, run_root
from functions.mlflow.locations import PROMPTS
from functions.mlflow.surface import Call
from functions.mlflow.version_view import RUN_LINK
from lineal_contract.artifacts import ManifestEntry
from lineal_contract.ids import new_id
from lineal_contract.mlflow.model_versions import CreateModelVersion
from lineal_contract.references import reference
from lineal_contract.registry import ModelVersion

IS_PROMPT = "mlflow.prompt.is_prompt"
_PROMPT_TEXT = "mlflow.prompt.text"
_MODEL_ID = re.compile(r"m-[0-9a-f]{32}")
_RUN_PATH = re.compile(r"(?:.*/)?([0-9a-f]{32})/artifacts(?:/(.*))?")
_MODEL_PATH = re.compile(r"(?:.*/)?models/(m-[0-9a-f]{32})/artifacts(?:/(.*))?")


@dataclass(frozen=True)
class _Found:
    """Files below the staging prefix, and the run that made them."""

    path: str
    name: str
    run_id: str | None


def adoption(call: Call[CreateModelVersion]) -> Adoption:
    """Return what a new version shall be made of, its files pinned.

    Raises InvalidRequestError for a source elsewhere, NotFoundError for one that is not there, TooLargeError,
    NotReadyError for a version whose own files are not hashed yet.
    """
    wanted = call.request
    before = _other_version(call)
    if before is not None:
        check_ready(before)
        _check_run(wanted.run_id, before.run_id)
        return _adoption(wanted, before.artifact, pins_of(before), before.run_id)
    found = _prompt(call) if _is_prompt(wanted) else _staged(call)
    _check_run(wanted.run_id, found.run_id)
    return _adoption(wanted, found.name, _files(call, found.path), found.run_id)


def _adoption(wanted: CreateModelVersion, name: str, files: Pinned | Plan, run_id: str | None) -> Adoption:
    tags = {tag.key: tag.value for tag in wanted.tags} | _linked(wanted)
    return Adoption(wanted.source, name, files, run_id, wanted.description, tags)


def _linked(wanted: CreateModelVersion) -> dict[str, str]:
    return {RUN_LINK: wanted.run_link} if wanted.run_link else {}


def _files(call: Call[Any], path: str) -> Plan:
    """The files below a path, pinned; those that lineal's own client logged into a run are so already."""
    try:
        return call.backend.pinning.pin(call.project, path)
    except NotFoundError:
        logged = run_files.below(call, path)
        if not logged:
            raise
    check_size(len(logged), sum(stored.size for stored in logged.values()))
    entries = [ManifestEntry(path=name, object=stored) for name, stored in logged.items()]
    return of_known(call.backend.staging.store.bucket, entries)


def _other_version(call: Call[CreateModelVersion]) -> ModelVersion | None:
    """The version that `models:/NAME/NUMBER`, `models:/NAME@ALIAS` or its own location names."""
    source = call.request.source
    path = source.removeprefix("mlflow-artifacts:/").strip("/")
    if source.startswith("mlflow-artifacts:/") and version_files.is_of_version(path):
        model, number, _ = version_files.named(path)
        return call.backend.finding.version(call.project, model, number)
    if not source.startswith("models:/") or _MODEL_ID.fullmatch(source.removeprefix("models:/").strip("/")):
        return None
    try:
        named = reference(source)
    except ValueError as error:
        raise InvalidRequestError(f"source: {error}") from error
    return call.backend.finding.version(call.project, named.model, str(named.selector))


def _staged(call: Call[CreateModelVersion]) -> _Found:
    source = call.request.source
    if source.startswith("models:/"):
        return _of_logged_model(call, source.removeprefix("models:/").strip("/"), "")
    if source.startswith("runs:/"):
        run_id, _, rest = source.removeprefix("runs:/").strip("/").partition("/")
        return _of_run(call, run_id, rest)
    path = call.locations.below(source)
    if not path:
        raise InvalidRequestError(
            f"source: a version is made of files of this project: below {call.locations.root} or "
            "mlflow-artifacts:/, or runs:/RUN_ID/PATH, models:/MODEL_ID, models:/NAME/VERSION"
        )
    inside(path)
    if of_model := _MODEL_PATH.fullmatch(path):
        return _of_logged_model(call, of_model[1], of_model[2] or "")
    if of_run := _RUN_PATH.fullmatch(path):
        return _of_run(call, of_run[1], of_run[2] or "")
    return _Found(path, path, None)


def _of_run(call: Call[Any], run_id: str, rest: str) -> _Found:
    root = run_root(call, run_id)
    path = f"{root}/{rest}" if rest else root
    inside(path)
    return _Found(path, rest or "artifacts", run_id)


def _of_logged_model(call: Call[Any], model_id: str, rest: str) -> _Found:
    model = call.backend.logged_models.get(call.project, model_id)
    root = model_root(call, model_id)
    return _Found(f"{root}/{rest}" if rest else root, _artifact_name(model.name), model.source_run_id or None)


def _artifact_name(name: str) -> str:
    return re.sub(r"[\\\x00-\x1f\x7f]", "_", name) or "model"


def _check_run(claimed: str, found: str | None) -> None:
    if claimed and claimed != found:
        raise InvalidRequestError(
            f"run_id: the files at the source are not those of run {claimed}: leave run_id out"
        )


def _is_prompt(wanted: CreateModelVersion) -> bool:
    return any(tag.key == IS_PROMPT and tag.value.lower() == "true" for tag in wanted.tags)


def _prompt(call: Call[CreateModelVersion]) -> _Found:
    """A prompt has no files: its text becomes one, so that what was registered has a digest."""
    text = next((tag.value for tag in call.request.tags if tag.key == _PROMPT_TEXT), None)
    if text is None:
        raise NotFoundError(f"a version of a prompt has its text in the tag {_PROMPT_TEXT}")
    path = f"{PROMPTS}/{new_id()}/prompt.txt"
    call.backend.staging.write(call.project, path, text.encode())
    return _Found(path, "prompt", None)
