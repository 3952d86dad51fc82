"""Where a run executes: interpreter, packages, machine, container."""

from typing import Annotated

from pydantic import Field

from lineal_contract.base import Digest, Wire

_Short = Annotated[str, Field(max_length=500)]


class Hardware(Wire):
    """What a machine is made of; `memory_bytes` is all of its memory."""

    cpu: _Short | None = None
    cpu_count: Annotated[int, Field(ge=1, strict=True)] | None = None
    memory_bytes: Annotated[int, Field(ge=1, strict=True)] | None = None
    gpus: Annotated[tuple[_Short, ...], Field(max_length=64)] = ()


class Container(Wire):
    """The container that a run executes in: its image as it was named, the image's digest, its own id."""

    image: _Short | None = None
    digest: _Short | None = None
    container_id: _Short | None = None


class LockFile(Wire):
    """What the packages were locked to: the file nearest to the script; stored as the artifact `artifact`."""

    name: _Short
    sha256: Digest
    artifact: _Short | None = None


class Environment(Wire):
    """Where a run executes; `digest` is over all of it but the hostname and the container's id."""

    python: str
    implementation: str
    platform: str
    hostname: str
    cpu_count: Annotated[int, Field(ge=1, strict=True)] | None = None
    packages: Annotated[dict[str, str], Field(max_length=2_000)] = {}
    hardware: Hardware | None = None
    container: Container | None = None
    lockfile: LockFile | None = None
    digest: Digest
