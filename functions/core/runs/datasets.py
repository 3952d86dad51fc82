"""Which datasets the runs of experiments have used: of folded runs, blocks tell it in a column."""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from functions.core.ports.glances import Glance
from functions.core.runs.columns import Block
from functions.core.runs.fields import Field
from functions.core.runs.values import Value

_SUMMARY = Field("summaries", "datasets")
"""No filter asks for it: grammars know no such namespace."""


class Used(NamedTuple):
    """A dataset in one context, by the digest of the tool that described it."""

    name: str
    digest: str
    context: str


def used_by(run: Glance) -> Iterator[Used]:
    """Yield the datasets of a run."""
    for each in run.datasets:
        digest = each.description.digest if each.description else each.digest
        yield Used(each.name, digest, each.context)


def summary(run: Glance) -> dict[Field, list[Value]]:
    """Return what a block tells of a run's datasets."""
    used = [json.dumps(each) for each in used_by(run)]
    return {_SUMMARY: [*used]} if used else {}


def used_in(block: Block, hidden: Iterable[int]) -> set[Used]:
    """Return the datasets of a block's runs."""
    column, without = block.column(_SUMMARY), frozenset(hidden)
    cells = column.cells() if column else ()
    texts = {text for row, values in cells if row not in without for text in values}
    return {Used(*json.loads(str(text))) for text in texts}
