"""What is remembered of a local stack between commands."""

import os
import tempfile
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from lineal.local.errors import StateError
from lineal_contract.roles import LOCAL_USERS, Role, StackOutput

HOST = "127.0.0.1"
REGION = "us-east-1"
ACCOUNT = "000000000000"


class Identity(StrEnum):
    """The IAM users of the local stack, one for each duty."""

    SCIENTIST = "scientist"
    APPROVER = "approver"
    DEPLOYER = "deployer"
    AUDITOR = "auditor"
    ADMIN = "admin"

    @property
    def role(self) -> Role:
        """The duty whose policy the user has."""
        return LOCAL_USERS[self]


class AccessKey(BaseModel):
    """An access key; its secret does not show in a repr."""

    model_config = ConfigDict(frozen=True)

    key_id: str
    secret: str

    def __repr__(self) -> str:
        return f"AccessKey({self.key_id!r})"


class BearerToken(BaseModel):
    """A token of one of the users; its secret does not show in a repr."""

    model_config = ConfigDict(frozen=True)

    expires_at: int
    secret: str

    def __repr__(self) -> str:
        return "BearerToken()"


class StackState(BaseModel):
    """A stack that is up, or that was and can be again. `pid` is null after a clean stop."""

    model_config = ConfigDict(frozen=True)

    project: str
    port: int
    root: AccessKey
    pid: int | None = None
    region: str = REGION
    account: str = ACCOUNT
    ready: bool = False
    outputs: dict[str, str] = {}
    identities: dict[Identity, AccessKey] = {}
    tokens: dict[str, BearerToken] = {}
    """Tokens that `lineal local env` gave out, by `identity@project`."""

    @property
    def endpoint_url(self) -> str:
        """Where every AWS service of the stack answers."""
        return f"http://{HOST}:{self.port}"

    @property
    def api_url(self) -> str:
        """The address of lineal's API. Raises StateError before it is deployed."""
        api_id = self.outputs.get(StackOutput.API_ID)
        if api_id is None:
            raise StateError("the local stack has no API yet")
        return f"{self.endpoint_url}/_aws/execute-api/{api_id}/$default"


def load(path: Path) -> StackState | None:
    """Return the state in `path`, or None where there is none. Raises StateError if it is not readable."""
    try:
        return StackState.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise StateError(f"{path} is not a state of the local stack: move its directory away") from error


def save(path: Path, state: StackState) -> None:
    """Replace the state in `path` in one step, readable by its owner alone."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".state-")  # mkstemp gives mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(state.model_dump_json(indent=2))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
