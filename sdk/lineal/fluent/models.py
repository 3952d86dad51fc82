"""Models and their versions: registered, found and pulled."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from lineal.client import Client
from lineal.fluent.clients import default_client
from lineal.fluent.runs import id_of
from lineal.governance.pulling import Pulled
from lineal.governance.pulling import pull as pull_to
from lineal.resources.runs import Run
from lineal.resources.versions import Version
from lineal.tracking.active_run import ActiveRun
from lineal.tracking.recording import PendingArtifact
from lineal_contract.artifacts import Artifact
from lineal_contract.registry import Model


def register(
    model: str,
    artifact: Artifact | PendingArtifact | str,
    *,
    run: "ActiveRun | Run | str",
    description: str = "",
    tags: Mapping[str, str] | None = None,
    semver: str | None = None,
    bump: str | None = None,
    commit: str | None = None,
    client: Client | None = None,
) -> Version:
    """Register an artifact of a run as the next version of `model`, which is made if it is new.

    `semver="1.2.0"`, or `bump=` "major", "minor", "patch" or "auto" give it a semantic version too. A run
    that still goes on delivers its metrics first: the version keeps their last values.
    """
    if isinstance(run, ActiveRun):
        run.flush()
    return (client or default_client()).models.register(
        model,
        artifact if isinstance(artifact, str) else artifact.name,
        run_id=id_of(run),
        description=description,
        tags=tags,
        semver=semver,
        bump=bump,
        commit=commit,
    )


def register_files(
    model: str,
    path: str | Path,
    *,
    source: str,
    metrics: Mapping[str, float] | None = None,
    description: str = "",
    tags: Mapping[str, str] | None = None,
    semver: str | None = None,
    bump: str | None = None,
    commit: str | None = None,
    client: Client | None = None,
) -> Version:
    """Store a file or folder that no run made and register it as a version, marked as made outside."""
    chosen = client or default_client()
    return chosen.models.register_outside(
        model,
        chosen.artifacts.store_tree(path),
        source=source,
        metrics=metrics,
        description=description,
        tags=tags,
        semver=semver,
        bump=bump,
        commit=commit,
    )


def get_model(model: str) -> Model:
    """Return a registered model. Raises NotFoundError."""
    return default_client().models.get(model)


def list_models(
    filter: str = "",  # noqa: A002 - the word users of other trackers know
    *,
    order_by: str = "",
    limit: int | None = None,
) -> Iterator[Model]:
    """Yield the registered models that fit a filter."""
    return default_client().models.list(filter, order_by=order_by, limit=limit)


def search_versions(
    filter: str = "",  # noqa: A002 - the word users of other trackers know
    *,
    order_by: str = "",
    limit: int | None = None,
) -> Iterator[Version]:
    """Yield versions of all models that fit a filter such as `metrics.mae < 45`."""
    return default_client().models.find_versions(filter, order_by=order_by, limit=limit)


def pull(
    reference: str, to: str | Path, *, key: str | Path | None = None, client: Client | None = None
) -> Pulled:
    """Bring the folder `to` to the version that `MODEL@VERSION` means, checked and swapped in one step.

    Nothing is fetched while the name means the same. `Pulled.path` has the files. Raises NotFoundError,
    IntegrityError, DiskError; whatever fails, the folder stays on what it had.
    """
    return pull_to(client or default_client(), reference, to, key=key)


def get_version(model: str, version: int | str | None = None) -> Version:
    """Return a version by its number, semantic version, alias, `latest`, `production` or commit.

    In one word as `MODEL@VERSION`, or as a `models:/` URI. Raises NotFoundError.
    """
    models = default_client().models
    return models.at(model) if version is None else models.version(model, version)


def list_versions(model: str, *, limit: int | None = None) -> Iterator[Version]:
    """Yield the versions of a model, newest first."""
    return default_client().models.versions(model, limit=limit)
