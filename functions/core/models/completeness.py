"""How complete the lineage of a version is."""

from functions.core.errors import InvalidRequestError
from lineal_contract.lineage import Lineage, LineageCheck
from lineal_contract.registry import ModelVersion
from lineal_contract.runs import Code, Run, RunStatus


def lineage_of(version: ModelVersion, run: Run | None) -> Lineage:
    """Return which facts are known of a version; `score` is their present share.

    `run` is None for a version from outside.
    """
    if run is None:
        return _of_outside(version)
    if run.run_id != version.run_id:
        raise InvalidRequestError("the run is not the version's")
    checks = (
        _finished(run),
        _code(run.code),
        _check("dataset", [f"{d.name} {d.digest}" for d in run.datasets], "no dataset was logged"),
        _check(
            "environment", run.environment.digest if run.environment else None, "no environment was captured"
        ),
        _check("params", f"{len(run.params)} params" if run.params else "", "no params were logged"),
        _check("metrics", sorted(version.metrics), "no metrics were logged"),
        _check("bytes", version.manifest_digest if version.count else "", "no stored files"),
    )
    return Lineage(score=sum(c.present for c in checks) / len(checks), checks=checks)


def _of_outside(version: ModelVersion) -> Lineage:
    """Of files that no run made only the bytes are known, and what was claimed with them."""
    unknown = f"made outside this project: {version.source}"
    names = ("run", "code", "dataset", "environment", "params")
    checks = (
        *(LineageCheck(name=name, present=False, detail=unknown) for name in names),
        _check("metrics", sorted(version.metrics), "no metrics were given"),
        _check("bytes", version.manifest_digest if version.count else "", "no stored files"),
    )
    return Lineage(score=sum(c.present for c in checks) / len(checks), checks=checks)


def _finished(run: Run) -> LineageCheck:
    """A run that still goes on, or did not end well, is nothing to stand on."""
    finished = run.status is RunStatus.FINISHED
    return LineageCheck(name="run", present=finished, detail=f"the run is {run.status}")


def _code(code: Code) -> LineageCheck:
    if code.commit and code.dirty and code.patch is None:
        return LineageCheck(name="code", present=False, detail="uncommitted changes without a patch")
    return _check("code", code.commit or code.script_digest, "neither a commit nor a script is known")


def _check(name: str, found: str | list[str] | None, missing: str) -> LineageCheck:
    detail = ", ".join(found) if isinstance(found, list) else found or ""
    return LineageCheck(name=name, present=bool(found), detail=detail or missing)
