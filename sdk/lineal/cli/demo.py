"""lineal demo"""

import signal
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from lineal.cli.app import Json
from lineal.cli.local import how_to_use
from lineal.cli.output import print_tree
from lineal.cli.trace_tree import tree_of

if TYPE_CHECKING:
    from lineal.demo.result import DemoResult
    from lineal.resources.traces import Trace

_messages = Console(stderr=True, highlight=False, soft_wrap=True)


def demo(
    as_json: Json = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the stack up and say how to look around.")
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option(help="Directory for the stack; without it a passing one, or .lineal with --keep."),
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Loopback port; without it a free one.", min=1, max=65535)
    ] = None,
) -> None:
    """Train, register, approve, deploy, predict, trace, tamper and roll back on a local stack."""
    from lineal.demo import training
    from lineal.local.directory import DEFAULT_DIRECTORY

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the stack is stopped then too
    training.require_extra()
    kept = data or (DEFAULT_DIRECTORY if keep else None)
    with nullcontext(str(kept)) if kept else tempfile.TemporaryDirectory(prefix="lineal-demo-") as directory:
        _run(Path(directory), port, keep=keep, as_json=as_json)


def _run(directory: Path, port: int | None, *, keep: bool, as_json: bool) -> None:
    from lineal.demo.story import Story
    from lineal.local import lifecycle
    from lineal.local.directory import DataDirectory

    place = DataDirectory.at(directory)
    stack = lifecycle.start(place, port=port, progress=_say)
    try:
        with tempfile.TemporaryDirectory(prefix="lineal-data-") as folder:
            result = Story(stack, Path(folder), _say, _show_trace).tell()
        if keep:
            _messages.print(how_to_use(stack, directory, stays=False), markup=False)
        _show(result, as_json=as_json)
    finally:
        if not keep and stack.process is not None:
            lifecycle.stop(place)
            lifecycle.wait_for_end(stack)


def _show(result: "DemoResult", *, as_json: bool) -> None:
    """Print the summary, or the object on one line, so that it can be read as the last one."""
    from lineal.demo.result import table

    if as_json:
        sys.stdout.write(result.model_dump_json() + "\n")
    else:
        Console(soft_wrap=False).print(table(result))


def _show_trace(trace: "Trace") -> None:
    print_tree(tree_of(trace))


def _say(message: str) -> None:
    _messages.print(message, markup=False)
