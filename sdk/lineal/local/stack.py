"""A local stack that is up, as its users see it."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lineal.local.directory import DEFAULT_DIRECTORY, DataDirectory
from lineal.local.mlflow_variables import mlflow_variables
from lineal.local.sessions import session_for
from lineal.local.state import Identity, StackState
from lineal.local.status import require_up
from lineal.local.tokens import token_for

if TYPE_CHECKING:
    from boto3.session import Session


@dataclass(frozen=True)
class Stack:
    """A stack that is up. `process` is the emulator where this process started it."""

    data: DataDirectory
    state: StackState
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def api_url(self) -> str:
        """The address of lineal's API."""
        return self.state.api_url

    @property
    def endpoint_url(self) -> str:
        """Where every AWS service answers: pass it to each boto3 client."""
        return self.state.endpoint_url

    @property
    def project(self) -> str:
        """The project that has people and promotion rules."""
        return self.state.project

    @property
    def outputs(self) -> Mapping[str, str]:
        """The outputs of the CloudFormation stack."""
        return self.state.outputs

    def session(self, identity: Identity) -> "Session":
        """Return a boto3 session of one of the users."""
        return session_for(self.state.identities[identity])

    def token(self, identity: Identity, project: str | None = None) -> str:
        """Return a bearer token of one of the users, for the stack's project or another one."""
        return token_for(self.data, identity, project or self.project)

    def root_session(self) -> "Session":
        """Return a session that may do anything: for tests that look behind the API."""
        return session_for(self.state.root)

    def environment(self, identity: Identity, project: str | None = None) -> dict[str, str]:
        """Return the variables with which lineal and boto3 work on this stack as `identity`.

        They are for the stack's project unless another one is given.
        """
        key = self.state.identities[identity]
        return {
            "LINEAL_API_URL": self.api_url,
            "LINEAL_PROJECT": project or self.project,
            "LINEAL_TOKEN": self.token(identity, project),
            **mlflow_variables(self.api_url, project or self.project, self.token(identity, project)),
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": key.key_id,
            "AWS_SECRET_ACCESS_KEY": key.secret,
            "AWS_REGION": self.state.region,
            "AWS_DEFAULT_REGION": self.state.region,
        }


def connect(data: Path | str = DEFAULT_DIRECTORY) -> Stack:
    """Return the stack that is up in `data`. Raises NotRunningError, or CrashedError where it ended badly."""
    directory = DataDirectory.at(data)
    return Stack(directory, require_up(directory))
