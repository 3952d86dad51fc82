"""The machine: its processor, memory and GPUs."""

import os
import platform
from pathlib import Path

from lineal.capture.gpus import Gpus
from lineal_contract.environments import Hardware

_CPUINFO = Path("/proc/cpuinfo")


def capture_hardware() -> Hardware:
    """Return what this machine is made of; what it does not tell is left out."""
    return Hardware(
        cpu=_cpu_model(), cpu_count=os.cpu_count(), memory_bytes=_memory(), gpus=tuple(Gpus().names())
    )


def _cpu_model() -> str | None:
    try:
        lines = _CPUINFO.read_text(errors="replace").splitlines()
    except OSError:
        return platform.processor() or None
    names = (line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Model")))
    return next(names, None) or platform.processor() or platform.machine() or None


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None
