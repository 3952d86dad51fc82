"""Repairs to what the emulator saved, before it reads that again."""

import json
from pathlib import Path

from lineal.local.directory import DataDirectory

_POSITIONS = "dynamodb_stream_positions"


def forget_stream_positions(data: DataDirectory) -> None:
    """Let event sources read their table's stream from its beginning.

    The emulator saves how far each stream was read, but not the streams: they begin anew and empty, and a
    consumer at position 13 would miss the first 13 changes after a restart.
    """
    path = data.services / "lambda.json"
    if not path.exists():
        return
    saved = json.loads(path.read_text())
    if saved.get("payload", {}).pop(_POSITIONS, None) is not None:
        _replace(path, json.dumps(saved))


def _replace(path: Path, text: str) -> None:
    temporary = path.with_suffix(".mended")
    temporary.write_text(text)
    temporary.replace(path)
