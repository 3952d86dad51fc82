"""What an active run knows of the world around it, besides where its records go."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lineal.capture.running import Capturing
from lineal.capture.switches import Item
from lineal.client import Client
from lineal.spool.waiting import Left
from lineal.tracking.checkpoints import Checkpoint
from lineal.tracking.signals import Signals


@dataclass(frozen=True)
class RunContext:
    """The server and experiment of a run, what is heard of it, and the attempt and state it goes on with."""

    client: Client | None = None
    experiment: str = "Default"
    signals: Signals = field(default_factory=Signals)
    attempt_id: str | None = None
    restored: Checkpoint | None = None
    capturing: Capturing | None = None
    found_params: Mapping[str, str] = field(default_factory=dict)
    left: Callable[[], Left] = Left

    def captures(self, item: Item) -> bool:
        """Whether the run records it of its own accord."""
        return self.capturing is not None and item in self.capturing.items
