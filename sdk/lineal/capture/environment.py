"""The environment of a run: interpreter, machine and installed packages."""

import os
import platform
from functools import cache
from importlib import metadata

from lineal_contract.digests import json_digest
from lineal_contract.runs import Environment

_MAX_PACKAGES = 2_000


@cache
def capture_environment() -> Environment:
    """Return the environment of this process; its digest is over all of it but the hostname."""
    facts = {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "cpu_count": os.cpu_count(),
        "packages": installed_packages(),
    }
    return Environment.model_validate({**facts, "hostname": platform.node(), "digest": json_digest(facts)})


def installed_packages() -> dict[str, str]:
    """Return the versions of the installed distributions by lower-case name, sorted."""
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        name, version = distribution.metadata["Name"], distribution.version
        if name and version:  # an interrupted installation leaves folders that have neither
            found.setdefault(name.lower(), version)  # the first on the path is the one that is imported
    return dict(sorted(found.items())[:_MAX_PACKAGES])
