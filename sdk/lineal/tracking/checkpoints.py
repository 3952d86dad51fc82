"""Checkpoints: a training's state at a step, stored whole or not at all, and given back."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from lineal.client import Client
from lineal.errors import InputError
from lineal.tracking.recording import NewArtifact
from lineal_contract.artifacts import Artifact, ArtifactKind
from lineal_contract.runs import Run

_LAYOUT, _FILE, _FOLDER = "layout", "file", "folder"


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint on this machine's disk: its step, and the file or folder it was made of."""

    step: int
    path: Path


def new_checkpoint(path: Path, step: int, keep: int | None) -> NewArtifact:
    """Return what is to be stored. A step may be reached twice, so the name is new each time."""
    return NewArtifact(
        path,
        f"checkpoints/{step}/{secrets.token_hex(4)}",
        metadata={_LAYOUT: _FOLDER if path.is_dir() else _FILE},
        kind=ArtifactKind.CHECKPOINT,
        step=step,
        keep=keep,
    )


def find_checkpoint(run: Run, step: int | None = None) -> Artifact | None:
    """Return the run's checkpoint at a step, by default the last one; of one step the newest.

    Raises InputError where the run has no checkpoint of that step.
    """
    found = [a for a in run.artifacts if a.kind is ArtifactKind.CHECKPOINT and a.step is not None]
    wanted = [a for a in found if step in (None, a.step)]
    if step is not None and not wanted:
        steps = ", ".join(map(str, sorted({a.step for a in found if a.step is not None}))) or "none"
        raise InputError(f"run {run.run_id} has no checkpoint of step {step}; its steps: {steps}")
    return max(wanted, key=lambda a: (a.step or 0, a.created_at), default=None)


def restore(client: Client, checkpoint: Artifact, to: Path) -> Checkpoint:
    """Write a checkpoint below the folder `to`, verified; files that are there and right stay as they are.

    Raises IntegrityError, StorageError.
    """
    folder = to / str(checkpoint.step)
    client.artifacts.fetch(checkpoint, folder)
    alone = checkpoint.metadata.get(_LAYOUT) == _FILE
    return Checkpoint(checkpoint.step or 0, folder / checkpoint.files[0].path if alone else folder)
