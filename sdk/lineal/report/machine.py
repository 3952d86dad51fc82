"""The sections of the page about where a run was executed and what it printed there."""

from collections import Counter
from collections.abc import Sequence

from lineal.report.elements import Node, el
from lineal.report.parts import filter_field, pairs, short_digest, table
from lineal.report.texts import size
from lineal_contract.environments import Container, Environment, Hardware
from lineal_contract.logs import LogLine, Stream


def environment(found: Environment | None) -> list[Node]:
    """Where the run was executed."""
    if found is None:
        return []
    lock = found.lockfile
    facts: dict[str, Node] = {
        "Python": f"{found.python} ({found.implementation})",
        "Platform": found.platform,
        "Host": found.hostname,
        **_machine(found.hardware or Hardware(cpu_count=found.cpu_count)),
        **_container(found.container or Container()),
        "Lock file": el("span", f"{lock.name} ", short_digest(lock.sha256)) if lock else None,
    }
    told = pairs(facts)
    packages = sorted(found.packages.items())
    if not packages:
        return told
    listed = [filter_field("packages"), table(("package", "version"), packages)]
    return [*told, el("details", el("summary", f"{len(packages)} packages"), *listed)]


def _machine(found: Hardware) -> dict[str, Node]:
    gpus = Counter(found.gpus)
    return {
        "Processor": found.cpu,
        "CPUs": str(found.cpu_count) if found.cpu_count else None,
        "Memory": size(found.memory_bytes) if found.memory_bytes else None,
        "GPUs": ", ".join(f"{n} x {name}" if n > 1 else name for name, n in gpus.items()) or None,
    }


def _container(found: Container) -> dict[str, Node]:
    return {
        "Image": found.image,
        "Digest of the image": el("code", found.digest) if found.digest else None,
        "Container": el("code", found.container_id[:12]) if found.container_id else None,
    }


def logs(lines: Sequence[LogLine], run_id: str) -> list[Node]:
    """The last lines that were printed; what went to stderr is marked for eyes and for screen readers."""
    if not lines:
        return []
    told: list[Node] = []
    for line in lines:
        error = line.stream is Stream.STDERR
        told += [el("span", line.text, class_="stderr", title="stderr") if error else line.text, "\n"]
    rest = el("p", f"The last {len(lines)} lines; all of them: lineal runs logs {run_id}", class_="quiet")
    return [el("pre", el("code", told), class_="log", tabindex="0", aria_label="Last lines"), rest]
