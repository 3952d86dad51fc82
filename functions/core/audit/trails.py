"""The trails of projects and of the installation: who changed people, members, tokens and rules.

A trail is a hash chain like a model's. A change and its record are one transaction, guarded by where the
trail ended when the change was decided on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from functions.core.causes import Cause, Said, chained
from functions.core.commits import Contention
from functions.core.once import Once
from functions.core.ports.audit import Entry, TrailHead, Trails

Result = TypeVar("Result")

INSTALLATION = ""
"""The trail of what belongs to no project: people. No project has this name."""


@dataclass(frozen=True)
class Note:
    """What a record is made from: where its trail ends, and who changes something."""

    before: TrailHead
    cause: Cause
    entries: list[Entry] = field(default_factory=list)
    """What was made of it: nothing where nothing had to change."""

    def entry(self, action: str, subject: str, **details: Any) -> Entry:
        """Return the next record of the trail."""
        end = self.before
        record = chained(end.digest, end.sequence + 1, self.cause, action, subject, details)
        said = self.cause.said
        made = subject.partition("/")[2]
        entry = Entry(end, record, None if said is None else replace(said, made=made))
        self.entries.append(entry)
        return entry


@dataclass(frozen=True)
class Recorder:
    """Makes changes that leave a record."""

    trails: Trails
    contention: Contention

    def run(
        self,
        project: str,
        cause: Cause,
        attempt: Callable[[Note], Result],
        *,
        repeated: Callable[[Said], Result] | None = None,
        insistent: bool = False,
    ) -> Result:
        """Return what `attempt` does; it reads, decides and writes anew while others are faster.

        A request that was done before is answered by `repeated`, which gets what it made; without it, `cause`
        must come from no request that is done once. `insistent` is `Contention`'s. The trail's end is read
        first, so that what is decided on is no older than it.
        """

        def once() -> Result:
            note, request = Note(self.trails.head(project), cause), Once(self.trails, project, cause.said)
            if repeated is not None and (earlier := request.earlier()) is not None:
                return repeated(earlier)
            result = attempt(note)
            if not note.entries:
                request.remember()
            return result

        return self.contention.run(once, insistent=insistent)
