"""Tags that MLflow gives a meaning: in lineal they are fields of a run, and tags again where MLflow reads."""

import re
from collections.abc import Mapping
from typing import Any

from lineal_contract.runs import Code, Run

RUN_NAME = "mlflow.runName"
PARENT = "mlflow.parentRunId"
NOTE = "mlflow.note.content"
USER = "mlflow.user"
COMMIT = "mlflow.source.git.commit"
SCRIPT = "mlflow.source.name"

_RUN_ID = re.compile(r"[0-9a-f]{32}")
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def fields_of(tags: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the tags that are only tags, and the fields that the others set or empty."""
    plain = {key: value for key, value in tags.items() if key not in (RUN_NAME, NOTE)}
    fields = {field: tags[key] for key, field in ((RUN_NAME, "name"), (NOTE, "note")) if key in tags}
    return plain, fields


def parent_of(tags: Mapping[str, str], run_id: str) -> str | None:
    """Return the run that a new run's tags name as its parent."""
    parent = tags.get(PARENT, "")
    return parent if _RUN_ID.fullmatch(parent) and parent != run_id else None


def code_of(tags: Mapping[str, str]) -> Code:
    """Return what the client's tags tell of the code."""
    commit = tags.get(COMMIT, "")
    return Code(
        commit=commit if _COMMIT.fullmatch(commit) else None,
        branch=tags.get("mlflow.source.git.branch"),
        remote=tags.get("mlflow.source.git.repoURL"),
        script=tags.get(SCRIPT),
    )


def tags_of(run: Run) -> dict[str, str]:
    """Return a run's tags as MLflow shows them, whoever wrote the run."""
    given = {RUN_NAME: run.name, NOTE: run.note, PARENT: run.parent_run_id or ""}
    if run.code.commit:
        given[COMMIT] = run.code.commit
    if run.code.script:
        given[SCRIPT] = run.code.script
    return {USER: user_of(run)} | {key: value for key, value in given.items() if value} | run.tags


def user_of(run: Run) -> str:
    """Return whose run it is."""
    return run.tags.get(USER) or run.actor.user_name
