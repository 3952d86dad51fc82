"""A configuration as it was given, kept with the run whose params were made of it."""

import tempfile
from hashlib import sha256
from pathlib import Path

from lineal.tracking.configurations import Original
from lineal.tracking.recording import NewArtifact, Recording
from lineal_contract.artifacts import ArtifactKind


def keep_original(recording: Recording, original: Original | None) -> None:
    """Store it as an artifact; the name holds its digest, so that the same one again is no other artifact."""
    if original is None:
        return
    digest = sha256(original.data).hexdigest()
    with tempfile.TemporaryDirectory(prefix="lineal-") as folder:
        file = Path(folder, original.name)
        file.write_bytes(original.data)
        name = f"config/{digest[:12]}/{original.name}"
        recording.log_artifact(NewArtifact(file, name, kind=ArtifactKind.CONFIG))
