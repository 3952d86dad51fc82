"""Runs that end: now and then one asks for its experiment to be folded, before anybody has to wait for it."""

from contextlib import suppress

from functions.core.errors import UnavailableError
from functions.core.ports.blocks import FoldingList
from lineal_contract.runs import Run

ONE_IN = 250
"""Of so many runs one asks: of the thousand that are worth a block some do, at the price of a write each."""


def note_end(folding: FoldingList, run: Run) -> None:
    """Ask for the runs of an experiment to be folded, if the run that ended is one of those that do."""
    if int(run.run_id, 16) % ONE_IN == 0:
        with suppress(UnavailableError):  # the next one asks
            folding.ask(run.project, run.experiment_id)
