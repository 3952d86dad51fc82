"""The trails of projects and of the installation: who changed people, members, tokens and rules.

A trail is a hash chain like a model's. A change and its record are one transaction, guarded by where the
trail ended when the change was decided on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from functions.core.causes import Cause, chained
from functions.core.commits import Contention
from functions.core.ports.audit import Entry, TrailHead, Trails

Result = TypeVar("Result")

INSTALLATION = ""
"""The trail of what belongs to no project: people. No project has this name."""


@dataclass(frozen=True)
class Note:
    """What a record is made from: where its trail ends, and who changes something."""

    before: TrailHead
    cause: Cause

    def entry(self, action: str, subject: str, **details: Any) -> Entry:
        """Return the next record of the trail."""
        end = self.before
        record = chained(end.digest, end.sequence + 1, self.cause, action, subject, details)
        return Entry(end, record)


@dataclass(frozen=True)
class Recorder:
    """Makes changes that leave a record."""

    trails: Trails
    contention: Contention

    def run(
        self, project: str, cause: Cause, attempt: Callable[[Note], Result], *, insistent: bool = False
    ) -> Result:
        """Return what `attempt` does; it reads, decides and writes anew while others are faster.

        `insistent` is `Contention`'s. The trail's end is read first, so that what is decided on is no older
        than it.
        """
        return self.contention.run(
            lambda: attempt(Note(self.trails.head(project), cause)), insistent=insistent
        )
