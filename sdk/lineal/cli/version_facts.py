"""Versions as people read them: one in full, or many in a table."""

from collections.abc import Sequence

from lineal.cli.output import moment, print_table
from lineal.resources.versions import Version
from lineal_contract.lifecycle import VersionStatus


def print_versions(versions: Sequence[Version], *, with_model: bool = False) -> None:
    """Print versions, a line each."""
    columns = ("VERSION", "SEMVER", "STAGE", "STATUS", "ALIASES", "RUN", "METRICS", "REGISTERED")
    rows = (
        (
            v.version,
            v.semver,
            v.stage,
            v.status,
            " ".join(v.aliases),
            v.run_id or "outside",
            _metrics(v),
            moment(v.registered_at),
        )
        for v in versions
    )
    if not with_model:
        return print_table(columns, rows)
    return print_table(("MODEL", *columns), ((v.model, *row) for v, row in zip(versions, rows, strict=True)))


def facts(version: Version) -> list[tuple[str, object]]:
    """Return what is to be told of a version."""
    return [
        ("model", version.model),
        ("version", version.version),
        ("semver", version.semver),
        ("stage", version.stage),
        ("status", _status(version)),
        ("aliases", " ".join(version.aliases) or None),
        ("run", version.run_id),
        ("made outside", version.source or None),
        ("commit", version.commit),
        ("artifact", f"{version.artifact} {version.artifact_digest}".rstrip()),
        ("manifest", version.manifest_digest or None),
        ("metrics", _metrics(version) or None),
        ("description", version.description or None),
        ("tags", tags_in_line(version.tags) or None),
        ("registered", moment(version.registered_at)),
        ("by", version.registered_by.display_name),
    ]


def _metrics(version: Version) -> str:
    return " ".join(f"{key}={value:.6g}" for key, value in version.metrics.items())


def _status(version: Version) -> str | None:
    if version.status is VersionStatus.ACTIVE:
        return None
    instead = f"; use version {version.successor}" if version.successor else ""
    return f"{version.status}: {version.status_reason}{instead}"


def tags_in_line(tags: dict[str, str]) -> str:
    """Return tags as words, in order."""
    return " ".join(f"{key}={value}" for key, value in sorted(tags.items()))
