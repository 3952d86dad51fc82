"""Work that is looked after again and again: what fails is left for the next time and holds up no other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from functions.core.errors import CoreError


@dataclass(frozen=True)
class Tended:
    """In how many cases something was done, and which (`project/name`) could not be looked after."""

    count: int
    failed: tuple[str, ...]


def tend(work: Iterable[tuple[str, str]], look_at: Callable[[str, str], bool]) -> Tended:
    """Look at each pair of a project and a name in it; `look_at` says whether there was something to do."""
    count, failed = 0, []
    for project, name in work:
        try:
            count += look_at(project, name)
        except CoreError:
            failed.append(f"{project}/{name}")
    return Tended(count, tuple(failed))
