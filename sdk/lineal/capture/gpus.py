"""NVIDIA GPUs, where the library nvidia-ml-py is installed and finds a driver. No GPU is no error."""

import importlib
from typing import Any


class Gpus:
    """The GPUs of this machine."""

    def __init__(self) -> None:
        self._library: Any = _library()
        self._handles: list[Any] = []
        if self._library is not None:
            count = self._ask("nvmlDeviceGetCount") or 0
            handles = (self._ask("nvmlDeviceGetHandleByIndex", index) for index in range(count))
            self._handles = [handle for handle in handles if handle is not None]

    def names(self) -> list[str]:
        """Return the model of each."""
        found = (self._ask("nvmlDeviceGetName", handle) for handle in self._handles)
        return [name.decode() if isinstance(name, bytes) else str(name) for name in found if name]

    def sample(self) -> dict[str, float]:
        """Return what each measures now: use and memory in percent and bytes, watts, degrees Celsius."""
        found: dict[str, float] = {}
        for index, handle in enumerate(self._handles):
            name = f"gpu{index}"
            if (use := self._ask("nvmlDeviceGetUtilizationRates", handle)) is not None:
                found[f"{name}_utilization_percent"] = float(use.gpu)
            if (memory := self._ask("nvmlDeviceGetMemoryInfo", handle)) is not None:
                found[f"{name}_memory_used_bytes"] = float(memory.used)
                found[f"{name}_memory_percent"] = 100 * memory.used / memory.total
            if (power := self._ask("nvmlDeviceGetPowerUsage", handle)) is not None:
                found[f"{name}_power_watts"] = power / 1000
            if (degrees := self._ask("nvmlDeviceGetTemperature", handle, 0)) is not None:
                found[f"{name}_temperature_celsius"] = float(degrees)
        return found

    def _ask(self, function: str, *arguments: Any) -> Any:
        """What the library answers; None for what this GPU does not tell."""
        try:
            return getattr(self._library, function)(*arguments)
        except self._library.NVMLError:
            return None


def _library() -> Any:
    try:
        library = importlib.import_module("pynvml")
        library.nvmlInit()
    except ImportError:
        return None
    except library.NVMLError:  # there is no driver
        return None
    return library
