"""Delivering one thing after the other, and setting aside what the server refuses for good."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from lineal.client import Client
from lineal.errors import (
    ApiError,
    ConflictError,
    InputError,
    IntegrityError,
    InvalidRequestError,
    LinealError,
    NotFoundError,
)
from lineal.spool.cursor import Cursor
from lineal.spool.cutting import Chunk, Delivery
from lineal.spool.dividing import divided
from lineal.spool.folders import CURSOR, REFUSED
from lineal.spool.once import Once
from lineal.spool.operations import carry_out
from lineal.spool.printed import Printed
from lineal.tracking.signals import Signals
from lineal_contract.logs import LogLines, pack
from lineal_contract.runs import LogChunk

logger = logging.getLogger("lineal")

_FOR_GOOD = (InvalidRequestError, ConflictError, InputError, IntegrityError)


class Destination(Protocol):
    """Where deliveries go. Both raise LinealError, and may be given the same thing again."""

    def chunk(self, seq: int, data: bytes) -> None:
        """Deliver points."""
        ...

    def operation(self, document: bytes, folder: Path) -> None:
        """Carry out an operation; `folder` holds the files it speaks of."""
        ...

    def lines(self, seq: int, first_line: int, data: bytes) -> None:
        """Deliver what the run printed."""
        ...


@dataclass(frozen=True)
class Server:
    """The API, as the destination of one writer of one run."""

    client: Client
    run_id: str
    writer: str
    signals: Signals = field(default_factory=Signals)

    def chunk(self, seq: int, data: bytes) -> None:
        """Deliver points, and hear what the receipt tells."""
        chunk = LogChunk(writer=self.writer, seq=seq, data=data)
        self.signals.hear(self.client.runs.log_chunk(self.run_id, chunk).stop)

    def lines(self, seq: int, first_line: int, data: bytes) -> None:
        """Deliver what the run printed."""
        chunk = LogLines(writer=self.writer, seq=seq, first_line=first_line, data=pack(data))
        self.client.runs.log_lines(self.run_id, chunk)

    def operation(self, document: bytes, folder: Path) -> None:
        """Carry out an operation."""
        carry_out(self.client, self.run_id, folder, document)


@dataclass
class Tally:
    """What became of the deliveries so far."""

    points: int = 0
    operations: int = 0
    refused_points: int = 0
    refused_operations: int = 0


@dataclass
class Deliveries:
    """Delivers what is in the folder of one writer; without a folder everything is in memory.

    That the server does not know the run is for good only if nobody is left who might still make it.
    """

    destination: Destination
    folder: Path | None
    missing_for_good: bool = False
    tally: Tally = field(default_factory=Tally)
    on_operation: Callable[[], None] = lambda: None
    printed: Printed | None = None
    _once: Once = field(default_factory=Once)

    def settle(self, delivery: Delivery) -> None:
        """Deliver, and set aside what of it is refused for good.

        Raises LinealError where another try may help; then nothing counts as refused yet.
        """
        left: Delivery | None = delivery
        refused: list[tuple[Delivery, LinealError]] = []
        while left is not None:
            try:
                self._deliver(left)
            except self._for_good as error:
                bad, left = divided(left, error)
                refused.append((bad, error))
            else:
                break
        for number, (part, reason) in enumerate(refused, 1):
            self._refuse(part, reason, number)
        self._advance(delivery)

    def lines_wait(self) -> bool:
        """Whether something that the run printed waits."""
        return self.printed is not None and self.printed.wait()

    def settle_lines(self, *, ended: bool = False) -> None:
        """Deliver what the run printed; all of it, once its process has ended. Raises LinealError."""
        if self.printed is not None:
            self.printed.deliver(self.destination, self._for_good, ended=ended)

    @property
    def _for_good(self) -> tuple[type[LinealError], ...]:
        return (*_FOR_GOOD, NotFoundError) if self.missing_for_good else _FOR_GOOD

    def _deliver(self, delivery: Delivery) -> None:
        if isinstance(delivery, Chunk):
            self.destination.chunk(delivery.seq, delivery.data)
            self.tally.points += len(delivery.points)
        else:
            self.destination.operation(delivery.document, self.folder or Path())
            self.tally.operations += 1

    def _refuse(self, delivery: Delivery, error: LinealError, number: int) -> None:
        if isinstance(delivery, Chunk):
            self.tally.refused_points += len(delivery.points)
        else:
            self.tally.refused_operations += 1
        self._once.warn(f"the server refuses for good some of what was logged: {error}")
        if self.folder is not None:
            self._set_aside(self.folder / REFUSED, delivery, error, number)

    def _set_aside(self, folder: Path, delivery: Delivery, error: LinealError, number: int) -> None:
        """Keep what was refused, with the reason, for people to look at."""
        told: dict[str, object] = {
            "reason": str(error),
            "code": error.code if isinstance(error, ApiError) else type(error).__name__,
        }
        name = f"{delivery.end.segment:010d}-{delivery.end.offset:010d}-{number}"
        try:
            folder.mkdir(exist_ok=True)
            if isinstance(delivery, Chunk):
                (folder / f"{name}.chunk").write_bytes(delivery.data)
                told |= {"seq": delivery.seq, "points": len(delivery.points)}
            else:
                told["operation"] = json.loads(delivery.document)
            (folder / f"{name}.json").write_text(json.dumps(told, indent=2))
        except OSError as trouble:
            logger.warning("what was refused cannot be set aside: %s", trouble)

    def _advance(self, delivery: Delivery) -> None:
        if self.folder is not None:
            try:
                Cursor(self.folder / CURSOR).write(delivery.end)
            except OSError as error:  # it will be delivered again, and dropped by the server
                logger.debug("the cursor cannot be written: %s", error)
        if not isinstance(delivery, Chunk):
            self.on_operation()
