"""The registration workflow and its documents in memory."""

from functions.core.errors import NotFoundError, UnavailableError
from functions.core.ports.workflows import Execution
from functions.core.registrations import Registration

MACHINE = "arn:aws:states:eu-central-1:123456789012:execution:registration"


class MemoryRegistrationRuns:
    """The `RegistrationRuns` port: remembers what was started; while it is `down`, nothing is."""

    def __init__(self) -> None:
        self.executions: dict[str, Execution] = {}
        self.down = False

    def arn_of(self, registration_id: str, restarts: int) -> str:
        return f"{MACHINE}:{registration_id}-{restarts + 1}"

    def start(self, registration: Registration) -> None:
        if self.down:
            raise UnavailableError("the workflow could not be started")
        self.executions.setdefault(registration.execution_arn, Execution.RUNNING)

    def execution(self, arn: str) -> Execution:
        return self.executions.get(arn, Execution.ABSENT)


class MemoryPlans:
    """The `Plans` port."""

    def __init__(self) -> None:
        self.documents: dict[tuple[str, str, str], bytes] = {}

    def put(self, project: str, work_id: str, name: str, data: bytes) -> None:
        self.documents[project, work_id, name] = data

    def get(self, project: str, work_id: str, name: str) -> bytes:
        try:
            return self.documents[project, work_id, name]
        except KeyError as error:
            raise NotFoundError(name) from error
