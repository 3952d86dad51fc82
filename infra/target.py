"""All that differs between the cloud and the local stack."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from aws_cdk import aws_apigatewayv2 as apigatewayv2

from lineal_contract.roles import LOCAL_USERS, Role


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

    default_members: Mapping[str, Role]
    """Who is a member of any project that nobody has created. In the cloud a project is created first."""
    trail_patience: int
    """Seconds that CloudTrail's record of a start may take. Locally none ever comes."""

    webhook_hosts: tuple[str, ...]
    """Hosts that webhooks may reach though they are private. Locally those of the same machine."""

    open_staging: bool
    """Let callers without a tag of a project reach the staged files of all: locally they use any."""

    def api_address(self, api: apigatewayv2.HttpApi) -> str:
        """Return the API's address, for links. Locally it is a path below the emulator's own address."""
        if self.name is TargetName.CLOUD:
            return api.api_endpoint
        return f"/_aws/execute-api/{api.api_id}/$default/"


CLOUD = Target(
    name=TargetName.CLOUD,
    archive=True,
    bundled_wheels=True,
    protected=True,
    default_members={},
    trail_patience=1800,
    webhook_hosts=(),
    open_staging=False,
)
LOCAL = Target(
    name=TargetName.LOCAL,
    archive=False,
    bundled_wheels=False,
    protected=False,
    default_members=LOCAL_USERS,
    trail_patience=2,
    webhook_hosts=("127.0.0.1", "localhost"),
    open_staging=True,
)
TARGETS = {target.name: target for target in (CLOUD, LOCAL)}
