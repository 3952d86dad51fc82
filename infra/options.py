"""What the app is asked to build, from the CDK context."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from infra.packages import ROOT
from infra.target import TARGETS, Target, TargetName


class Environment(StrEnum):
    """Cloud stacks that can stand side by side in one account."""

    DEV = "dev"
    STAGING = "staging"
    PRODUCTION = "production"


@dataclass(frozen=True)
class Options:
    """`lineal:target`, `lineal:environment` and `lineal:allow-teardown` of the context."""

    target: Target
    environment: Environment = Environment.DEV
    allow_teardown: bool = False

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> "Options":
        """Read the options. Raises ValueError for a value that is none of the known ones."""
        return cls(
            target=TARGETS[TargetName(context.get("lineal:target", TargetName.CLOUD))],
            environment=Environment(context.get("lineal:environment", Environment.DEV)),
            allow_teardown=_flag(context.get("lineal:allow-teardown", False)),
        )

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


def _flag(value: object) -> bool:
    # The command line gives strings, cdk.json gives booleans.
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise ValueError(f"lineal:allow-teardown is true or false, not {value!r}")
