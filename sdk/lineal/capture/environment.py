"""The environment of a run: interpreter, packages and what they are locked to, machine and container."""

import os
import platform
from collections.abc import Collection
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from lineal.capture import lockfiles
from lineal.capture.container import capture_container
from lineal.capture.hardware import capture_hardware
from lineal.capture.switches import Item
from lineal_contract.digests import json_digest
from lineal_contract.environments import Environment, Hardware, LockFile

_MAX_PACKAGES = 2_000
LOCKFILE_ARTIFACT = "lineal/lockfile/"


def capture_environment(
    items: Collection[Item] = frozenset(Item), lockfile: Path | None = None, image: str | None = None
) -> Environment:
    """Return the environment of this process, as far as `items` name it."""
    container = capture_container(image=image) if Item.CONTAINER in items else None
    environment = Environment(
        python=platform.python_version(),
        implementation=platform.python_implementation(),
        platform=platform.platform(),
        hostname=platform.node(),
        cpu_count=os.cpu_count(),
        packages=installed_packages() if Item.PACKAGES in items else {},
        hardware=_hardware() if Item.HARDWARE in items else None,
        container=container,
        lockfile=_locked(lockfile) if lockfile is not None else None,
        digest="0" * 64,
    )
    return environment.model_copy(update={"digest": digest_of(environment)})


def digest_of(environment: Environment) -> str:
    """Return the digest over all of it that another process in the same environment would have too."""
    apart: Any = {"hostname": True, "digest": True, "container": {"container_id"}}
    return json_digest(environment.model_dump(mode="json", exclude=apart))


@cache
def installed_packages() -> dict[str, str]:
    """Return the versions of the installed distributions by lower-case name, sorted."""
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        name, version = distribution.metadata["Name"], distribution.version
        if name and version:  # an interrupted installation leaves folders that have neither
            found.setdefault(name.lower(), version)  # the first on the path is the one that is imported
    return dict(sorted(found.items())[:_MAX_PACKAGES])


@cache
def _hardware() -> Hardware:
    return capture_hardware()


def _locked(path: Path) -> LockFile | None:
    try:
        return LockFile(
            name=path.name, sha256=lockfiles.digest_of(path), artifact=LOCKFILE_ARTIFACT + path.name
        )
    except OSError:
        return None
