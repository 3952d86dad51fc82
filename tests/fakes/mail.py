"""Mail in memory."""

from functions.core.approvals.mailing import Letter
from functions.core.errors import UnavailableError


class MemoryMail:
    """The `Mail` port; with `down` nothing goes out."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []
        self.down = False

    def send(self, letter: Letter) -> None:
        if self.down:
            raise UnavailableError("the mail could not be handed to SNS")
        self.sent.append(letter)
