"""What the cloud's functions run on, and what their bundles are therefore built for."""

from dataclasses import dataclass
from enum import StrEnum

from aws_cdk import aws_lambda as lambda_


class Python(StrEnum):
    """The versions of Python that Lambda runs on Amazon Linux 2023; the wheels need its C library."""

    PYTHON_3_12 = "3.12"
    PYTHON_3_13 = "3.13"
    PYTHON_3_14 = "3.14"


class Architecture(StrEnum):
    """Lambda's processors. Graviton costs a fifth less for the same memory and time."""

    ARM_64 = "arm64"
    X86_64 = "x86_64"


class Compiled(StrEnum):
    """Whether bundles hold bytecode, which only an interpreter of the declared version can write."""

    REQUIRED = "required"
    """The synthesis fails where there is no such interpreter. What is deployed should be made so."""
    AUTO = "auto"
    """Bytecode where there is such an interpreter, else a warning and sources alone."""
    NEVER = "never"


_MACHINES = {
    Architecture.ARM_64: ("aarch64", lambda_.Architecture.ARM_64),
    Architecture.X86_64: ("x86_64", lambda_.Architecture.X86_64),
}


@dataclass(frozen=True)
class Runtime:
    """A declared Python and processor."""

    python: Python = Python.PYTHON_3_13
    architecture: Architecture = Architecture.ARM_64
    compiled: Compiled = Compiled.AUTO

    @property
    def wheels(self) -> str:
        """The platform tag of its wheels. Amazon Linux 2023 has a newer glibc than the 2.28 they ask for."""
        return f"{_MACHINES[self.architecture][0]}-manylinux_2_28"

    @property
    def lambda_runtime(self) -> lambda_.Runtime:
        """The runtime by Lambda's name."""
        return lambda_.Runtime(f"python{self.python}", lambda_.RuntimeFamily.PYTHON)

    @property
    def lambda_architecture(self) -> lambda_.Architecture:
        """The processor by Lambda's name."""
        return _MACHINES[self.architecture][1]
