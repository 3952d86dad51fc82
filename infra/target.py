"""All that differs between the cloud and the local stack."""

from dataclasses import dataclass
from enum import StrEnum


class TargetName(StrEnum):
    """Where a template is meant to be deployed."""

    CLOUD = "cloud"
    LOCAL = "local"


@dataclass(frozen=True)
class Target:
    """The differences, one field each; nothing else in `infra` asks which target it builds for."""

    name: TargetName

    archive: bool
    """Keep an archive of the bus for replays. The local engine does not know the resource."""

    bundled_wheels: bool
    """Put third-party packages, built for Lambda, beside the code. Locally the environment has them."""

    protected: bool
    """Keep data when the stack goes. Local data is for trying, and goes with its directory."""


CLOUD = Target(
    name=TargetName.CLOUD,
    archive=True,
    bundled_wheels=True,
    protected=True,
)
LOCAL = Target(
    name=TargetName.LOCAL,
    archive=False,
    bundled_wheels=False,
    protected=False,
)
TARGETS = {target.name: target for target in (CLOUD, LOCAL)}
