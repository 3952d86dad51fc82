"""What the run costs its machine: CPU, memory, disk, network and GPUs, as metrics below `system/`."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lineal.capture.gpus import Gpus
from lineal_contract.runs import SYSTEM_METRICS

INTERVAL_SECONDS = 15.0
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_CGROUP_USE = (Path("/sys/fs/cgroup/memory.current"), Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"))
_NO_LIMIT = 2**60


class System:
    """Takes samples of this machine and of this process with its children.

    What the machine does not tell is left out: in a container or without permission some of it is.
    """

    def __init__(self, node: str = "") -> None:
        import psutil

        self._prefix = f"{SYSTEM_METRICS}{node}"
        self._psutil = psutil
        self._process = psutil.Process()
        self._gpus = Gpus()
        self._started = self._before = time.monotonic()
        self._counters = self._read_counters()
        psutil.cpu_percent()  # the first one has nothing to compare with
        self._cpu_seconds = self._own()[0]

    def sample(self) -> tuple[int, dict[str, float]]:
        """Return the seconds since the first sample, and what is measured now, by name."""
        now = time.monotonic()
        elapsed = max(now - self._before, 1e-3)
        found = dict(self._host()) | dict(self._process_tree(elapsed)) | dict(self._rates(elapsed))
        self._before = now
        found |= self._gpus.sample()
        return int(now - self._started), {f"{self._prefix}{name}": value for name, value in found.items()}

    def _host(self) -> Iterator[tuple[str, float]]:
        memory = self._psutil.virtual_memory()
        yield "cpu_percent", self._psutil.cpu_percent()
        yield "memory_percent", memory.percent
        yield "memory_used_bytes", float(memory.total - memory.available)
        limit, used = _first_number(_CGROUP_LIMITS), _first_number(_CGROUP_USE)
        if limit and used is not None and limit < min(memory.total, _NO_LIMIT):
            yield "container_memory_percent", 100 * used / limit
        try:
            yield "disk_used_percent", self._psutil.disk_usage(str(Path.cwd())).percent
        except OSError:
            return

    def _process_tree(self, elapsed: float) -> Iterator[tuple[str, float]]:
        cpu, memory = self._own()
        yield "process_cpu_percent", max(0.0, 100 * (cpu - self._cpu_seconds) / elapsed)
        yield "process_memory_bytes", memory
        self._cpu_seconds = cpu

    def _own(self) -> tuple[float, float]:
        """CPU seconds and resident bytes of this process and its children."""
        cpu = memory = 0.0
        for process in (self._process, *self._children()):
            try:
                times = process.cpu_times()
                cpu += times.user + times.system
                memory += process.memory_info().rss
            except self._psutil.Error:  # it has ended meanwhile
                continue
        return cpu, memory

    def _children(self) -> list[Any]:
        try:
            return list(self._process.children(recursive=True))
        except (self._psutil.Error, OSError):
            return []

    def _rates(self, elapsed: float) -> Iterator[tuple[str, float]]:
        before, self._counters = self._counters, self._read_counters()
        for name, value in self._counters.items():
            if name in before and value >= before[name]:
                yield f"{name}_bytes_per_second", (value - before[name]) / elapsed

    def _read_counters(self) -> dict[str, float]:
        found: dict[str, float] = {}
        try:
            network, disk = self._psutil.net_io_counters(), self._psutil.disk_io_counters()
        except (self._psutil.Error, OSError, RuntimeError):
            return found
        if network is not None:
            found |= {"network_sent": network.bytes_sent, "network_received": network.bytes_recv}
        if disk is not None:
            found |= {"disk_read": disk.read_bytes, "disk_written": disk.write_bytes}
        return found


def _first_number(paths: tuple[Path, ...]) -> int | None:
    for path in paths:
        try:
            text = path.read_text().strip()
        except OSError:
            continue
        return int(text) if text.isdigit() else None
    return None
