"""What the app is asked to build, from the CDK context."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from infra.network import Network
from infra.packages import ROOT
from infra.runtime import Architecture, Compiled, Python, Runtime
from infra.target import CLOUD, TARGETS, Target, TargetName
from lineal_contract.base import ProjectName


class Environment(StrEnum):
    """Cloud stacks that can stand side by side in one account."""

    DEV = "dev"
    STAGING = "staging"
    PRODUCTION = "production"
    LIVE = "live"
    """Made by the live suite, and deleted by it."""


@dataclass(frozen=True)
class Options:
    """Everything that the context chooses; docs/deploy.md explains each."""

    target: Target = CLOUD
    environment: Environment = Environment.DEV
    allow_teardown: bool = False
    runtime: Runtime = field(default_factory=Runtime)
    network: Network | None = None
    project: str | None = None
    alarm_email: str | None = None
    mail: tuple[str, ...] | None = None
    webhook_hosts: tuple[str, ...] = ()
    archive: bool = True
    signing: bool = False
    object_lock_days: int | None = None

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> "Options":
        """Read the options. Raises ValueError for an unknown one and for a value that does not fit it."""
        given = {name: _read(name, CONTEXT, value) for name, value in context.items()}
        runtime = {name: given.pop(key) for name, key in _RUNTIME.items() if key in given}
        network = {name: given.pop(key) for name, key in _NETWORK.items() if key in given}
        return cls(
            runtime=Runtime(**runtime),
            network=Network(**network) if network else None,
            **{key.partition(":")[2].replace("-", "_"): value for key, value in given.items()},
        )

    @property
    def archives_events(self) -> bool:
        """Whether the bus keeps an archive of its events for replays."""
        return self.target.archive and self.archive

    @property
    def named_webhook_hosts(self) -> tuple[str, ...]:
        """Hosts that webhooks may reach though they are private."""
        return (*self.target.webhook_hosts, *self.webhook_hosts)

    @property
    def stack_name(self) -> str:
        """`lineal-local`, or the environment's name after `lineal-`."""
        suffix = TargetName.LOCAL if self.target.name is TargetName.LOCAL else self.environment
        return f"lineal-{suffix}"

    @property
    def protected(self) -> bool:
        """Whether data outlives the stack: always in the cloud, unless tearing down is allowed by name."""
        return self.target.protected and not self.allow_teardown


def project_context() -> dict[str, Any]:
    """Return the context of cdk.json, which the CDK CLI would read if there were one."""
    context: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return context


_MOST_DAYS = 36_500


def _flag(value: object) -> bool:
    # The command line gives strings, cdk.json gives booleans.
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise ValueError(f"it is true or false, not {value!r}")


def _days(value: object) -> int:
    days = int(str(value))
    if not 1 <= days <= _MOST_DAYS:
        raise ValueError(f"it is a number of days from 1 to {_MOST_DAYS}, not {days}")
    return days


def _names(value: object) -> tuple[str, ...]:
    """Read names divided by commas, or a list in cdk.json."""
    names = tuple(value) if isinstance(value, list) else tuple(part.strip() for part in str(value).split(","))
    if not all(names):
        raise ValueError(f"it is a list of names divided by commas, not {value!r}")
    return names


_RUNTIME = {"python": "lineal:python", "architecture": "lineal:architecture", "compiled": "lineal:compiled"}
_NETWORK = {"vpc": "lineal:vpc", "subnets": "lineal:subnets", "security_groups": "lineal:security-groups"}
CONTEXT: Mapping[str, Callable[[Any], Any]] = {
    "lineal:target": lambda value: TARGETS[TargetName(value)],
    "lineal:environment": Environment,
    "lineal:allow-teardown": _flag,
    "lineal:python": Python,
    "lineal:architecture": Architecture,
    "lineal:compiled": Compiled,
    "lineal:vpc": str,
    "lineal:subnets": _names,
    "lineal:security-groups": _names,
    "lineal:project": TypeAdapter(ProjectName).validate_python,
    "lineal:alarm-email": str,
    "lineal:mail": _names,
    "lineal:webhook-hosts": _names,
    "lineal:archive": _flag,
    "lineal:signing": _flag,
    "lineal:object-lock-days": _days,
}
"""Every option, and what reads its value."""


def _read(name: str, known: Mapping[str, Callable[[Any], Any]], value: Any) -> Any:
    if name not in known:
        raise ValueError(f"{name} is no option; there are {', '.join(known)}")
    try:
        return known[name](value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
