"""What imported things are called: ids that follow from the source's, and names that the project takes."""

import hashlib
import re

from pydantic import TypeAdapter, ValidationError

from lineal.importing.records import RunRecord, VersionRecord
from lineal_contract.base import Key, ModelName
from lineal_contract.ids import derived_id
from lineal_contract.references import AliasName

PREFIX = "lineal.import."
"""What the tags begin with that say where something is from."""
SOURCE, RUN_ID, EXPERIMENT_ID, PARENT_ID, MODEL_ID, NAME, VERSION, CREATED_AT, STAGE, USER, LOCATION = (
    f"{PREFIX}{name}"
    for name in (
        "source", "run_id", "experiment_id", "parent_run_id", "model_id", "name", "version", "created_at",
        "stage", "user", "location",
    )
)  # fmt: skip

_KEY: TypeAdapter[str] = TypeAdapter(Key)
_MODEL: TypeAdapter[str] = TypeAdapter(ModelName)
_ALIAS: TypeAdapter[str] = TypeAdapter(AliasName)
_MAX_EXPERIMENT = 250
_MAX_MODEL = 128


def run_id(kind: str, source_id: str, started_at: int) -> str:
    """Return the id of an imported run: the same however the source is reached, and sorted by its start."""
    return derived_id(started_at, f"{kind} run {source_id}")


def id_of(kind: str, run: RunRecord) -> str:
    """Return the id of an imported run."""
    return run_id(kind, run.id, run.started_at)


def request_id(kind: str, version: VersionRecord) -> str:
    """Return the id of the request that registers a version, so that it is registered once."""
    origin = f"{kind} version {version.model}\n{version.number}\n{version.created_at}\n{version.source}"
    return derived_id(version.created_at, origin)


def experiment_name(name: str) -> str:
    """Return a name that an experiment can have; a long one is shortened, control characters replaced."""
    plain = re.sub(r"[\x00-\x1f\x7f]", "_", name)
    return (
        plain if plain == name and len(name) <= _MAX_EXPERIMENT else _shortened(plain, name, _MAX_EXPERIMENT)
    )


def model_name(name: str) -> str:
    """Return a name that a registered model can have; two that differ stay different."""
    if _fits(_MODEL, name):
        return name
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("._-") or "model"
    return _shortened(plain, name, _MAX_MODEL)


def is_alias(name: str) -> bool:
    """Say whether an alias can have a name."""
    return _fits(_ALIAS, name)


def is_key(name: str) -> bool:
    """Say whether a param, metric or tag can have a name."""
    return _fits(_KEY, name)


def _fits(adapter: TypeAdapter[str], value: str) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def _shortened(plain: str, original: str, room: int) -> str:
    mark = hashlib.sha256(original.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{plain[: room - 9]}-{mark}"
