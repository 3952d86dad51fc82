"""What can go wrong with the local stack.

LinealError
└── LocalError
    ├── MissingExtraError         the packages of lineal[local], or lineal[infra] in a clone, are missing
    ├── AssemblyError             no template was found, or it could not be synthesized
    ├── PortInUseError            something else listens there
    ├── BusyError                 another command works on the same data directory
    ├── StateError                the data directory holds a state that cannot be read
    ├── NotRunningError           nothing is up in that data directory
    │   └── CrashedError          it ended without saving
    ├── EmulatorError             the emulator did not start or did not stop
    └── DeployError               the template could not be deployed
"""

from lineal.errors import LinealError


class LocalError(LinealError):
    """The base of the local stack's errors."""


class MissingExtraError(LocalError):
    """Packages that the local stack runs on are not installed."""

    def __init__(self, missing: list[str], extra: str = "local") -> None:
        super().__init__(f'the local stack needs {", ".join(missing)}: pip install "lineal[{extra}]"')
        self.missing = missing


class AssemblyError(LocalError):
    """There is no template to run, or synthesizing it failed."""


class PortInUseError(LocalError):
    """The port that was asked for is taken."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is in use: give another --port, or none to take a free one")
        self.port = port


class BusyError(LocalError):
    """Another command is starting or stopping the same stack."""


class StateError(LocalError):
    """The state file cannot be read."""


class NotRunningError(LocalError):
    """There is no stack up in the data directory."""


class CrashedError(NotRunningError):
    """The stack was up and ended without saving what came after its last clean stop."""


class EmulatorError(LocalError):
    """The emulator's process did not do what was asked of it."""


class DeployError(LocalError):
    """CloudFormation refused the template or failed with a resource of it."""
