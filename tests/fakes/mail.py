"""Mail in memory."""

from functions.core.errors import UnavailableError
from functions.core.ports.workflows import Letter


class MemoryMail:
    """The `Mail` port; with `down` nothing goes out."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []
        self.down = False

    def send(self, letter: Letter) -> None:
        if self.down:
            raise UnavailableError("the mail could not be handed to SNS")
        self.sent.append(letter)


class MemoryTold:
    """The `Told` port."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[bool, int]] = {}

    def claim(self, event_id: str, now: int, lapses: int) -> bool:
        told, until = self._told.get(event_id, (False, now))
        if told:
            return False
        if until > now:
            raise UnavailableError("another delivery of the event is being told")
        self._told[event_id] = False, lapses
        return True

    def release(self, event_id: str, now: int) -> None:
        self._told[event_id] = False, now

    def done(self, event_id: str, now: int) -> None:
        self._told[event_id] = True, now
