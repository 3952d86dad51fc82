"""Checks of this machine: versions, the spool, the local stack's packages."""

import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lineal.doctor.findings import Finding, failed, ok, skipped, warning
from lineal.local import assembly
from lineal.local.errors import MissingExtraError
from lineal.spool.folders import writers

VERSIONS = "versions"
SPOOL = "spool"
LOCAL_STACK = "local stack"
_LITTLE_BYTES = 200 * 1024 * 1024


def versions() -> Finding:
    """Tell what runs here, for a report of a problem; the API does not tell its version."""
    packages = " ".join(f"{name} {_version(name)}" for name in ("lineal", "boto3", "pydantic"))
    return ok(VERSIONS, f"{packages} Python {platform.python_version()} {platform.platform(terse=True)}")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def spool(folder: Path) -> Finding:
    """Say whether runs can write what waits to be delivered, and whether some still waits."""
    advice = "set LINEAL_SPOOL_DIR to a folder on a local disk that you may write to"
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return failed(SPOOL, f"{existing} cannot be written to", advice)
    free = shutil.disk_usage(existing).free
    if free < _LITTLE_BYTES:
        return warning(SPOOL, f"{free / 1e6:.0f} MB left for {folder}", advice)
    waiting = len(writers(folder))
    if waiting:
        detail = f"{waiting} processes wrote to {folder} and are not done"
        return warning(SPOOL, detail, "`lineal sync` delivers what ended processes left")
    return ok(SPOOL, f"{folder} can be written to")


def local_stack() -> Finding:
    """Say whether `lineal local up` could work; who does not want it misses nothing."""
    try:
        assembly.require_extra()
    except MissingExtraError as error:
        return skipped(
            LOCAL_STACK, f"not installed: {', '.join(error.missing)}", 'pip install "lineal[local]"'
        )
    return ok(LOCAL_STACK, "its packages are installed")
