"""How far long work on a stack is, for whoever watches."""

from typing import Protocol


class Told(Protocol):
    """Hears what is being done, and how much of it where that can be counted."""

    def __call__(self, what: str, done: int = 0, total: int | None = None) -> None:
        """Hear that `done` of `total` are done."""
        ...


def silent(what: str, done: int = 0, total: int | None = None) -> None:
    """Tell nobody."""
