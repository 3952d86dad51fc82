"""`lineal local`: the stack on this machine.

Exit codes: 0 done, 1 it went wrong, 2 wrong usage, 3 there is no stack up.
"""

import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from lineal.cli.exit_codes import ExitCode
from lineal.cli.log_lines import named, styled
from lineal.cli.output import clean, print_facts, print_json
from lineal.errors import LinealError
from lineal.local import lifecycle, logs, reloading
from lineal.local.directory import DEFAULT_DIRECTORY, DataDirectory
from lineal.local.errors import NotRunningError
from lineal.local.stack import Stack, connect
from lineal.local.state import Identity
from lineal.local.status import Condition, Status, inspect

EXIT_DOWN = ExitCode.NOT_FOUND
_CLEARED_VARIABLES = ("AWS_SESSION_TOKEN", "AWS_PROFILE")

app = typer.Typer(
    no_args_is_help=True,
    help="Run lineal on this machine: its own template on an emulator of AWS, without an account.",
)
_output = Console(highlight=False, soft_wrap=True)
_messages = Console(stderr=True, highlight=False, soft_wrap=True)

Data = Annotated[Path, typer.Option("--data", help="Directory that holds the stack.", metavar="DIR")]


@app.command(epilog="Example: lineal local up --detach --data /tmp/lineal-try")
def up(
    data: Data = DEFAULT_DIRECTORY,
    port: Annotated[
        int | None, typer.Option(help="Loopback port; without it a free one is taken.", min=1, max=65535)
    ] = None,
    project: Annotated[
        str | None, typer.Option(help="Project to set up; without it the last one, at first demo.")
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Return when it is ready.")] = False,
) -> None:
    """Start the stack, or bring one that is up to the present code. Stays until Ctrl-C or SIGTERM."""
    directory = DataDirectory.at(data)
    with _reported(), _stopped_by_signals(directory):
        with _messages.status("starting") as status:
            stack = lifecycle.start(directory, port=port, project=project, progress=status.update)
        stays = not detach and stack.process is not None
        _output.print(how_to_use(stack, data, stays=stays), markup=False)
        if stays:
            reloading.wait_for_end(stack, lambda said: _messages.print(said, markup=False))
            _messages.print("stopped")


@contextmanager
def _stopped_by_signals(data: DataDirectory) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM stop what was started within, wherever they strike.

    A stack that was up before is left up. Stopping one before it was ready is exit code 1.
    """
    ours = inspect(data).condition in (Condition.DOWN, Condition.CRASHED)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # what is being saved is to be saved whole
        was_ready = inspect(data).condition is Condition.UP
        if ours:
            with _messages.status("saving and stopping"), suppress(NotRunningError):
                lifecycle.stop(data)
        _messages.print("stopped" if was_ready else "stopped before it was ready")
        raise typer.Exit(ExitCode.OK if was_ready else ExitCode.ERROR) from None


def how_to_use(stack: Stack, data: Path, *, stays: bool) -> str:
    """Return what to do with a stack that is up."""
    option = "" if data == DEFAULT_DIRECTORY else f" --data {shlex.quote(str(data))}"
    end = "Ctrl-C stops it." if stays else f"Stop it with: lineal local down{option}"
    return (
        f"lineal is up at {stack.api_url}\n"
        f'Work on it with:  eval "$(lineal local env{option})"\n'
        f"As somebody else: lineal local env{option} --as {'|'.join(Identity)}\n"
        f"What it prints:   lineal local logs{option}\n{end}"
    )


@app.command(epilog="Example: lineal local down --data /tmp/lineal-try")
def down(data: Data = DEFAULT_DIRECTORY) -> None:
    """Stop the stack so that it can come up again as it was. Exit code 0 too if it is down already."""
    with _reported():
        try:
            with _messages.status("saving and stopping"):
                lifecycle.stop(DataDirectory.at(data))
        except NotRunningError as error:
            _messages.print(str(error), markup=False)
        else:
            _messages.print("stopped")


@app.command(epilog="Example: lineal local status --json")
def status(
    data: Data = DEFAULT_DIRECTORY,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say how the stack is. Exit code 0 when it is up, 3 when it is not."""
    with _reported():
        found = inspect(DataDirectory.at(data))
        facts = _facts(found, data)
        if as_json:
            print_json(facts)
        else:
            print_facts(facts.items())
        if found.condition is not Condition.UP:
            raise typer.Exit(EXIT_DOWN)


def _facts(found: Status, data: Path) -> dict[str, str | int | None]:
    facts: dict[str, str | int | None] = {"status": found.condition, "data": str(data.absolute())}
    if found.condition is Condition.UP and found.state is not None:
        facts |= {
            "api_url": found.state.api_url,
            "endpoint_url": found.state.endpoint_url,
            "project": found.state.project,
            "port": found.state.port,
            "pid": found.state.pid,
        }
    return facts | {"advice": found.advice}


@app.command("logs", epilog="Example: lineal local logs --all --follow")
def show_logs(
    data: Data = DEFAULT_DIRECTORY,
    function: Annotated[
        str | None, typer.Option(help="A function, by a part of its name; else the emulator.", metavar="NAME")
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Every function, each in its colour.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes.")] = False,
    lines: Annotated[int, typer.Option("-n", help="How many of the last lines.", min=0)] = 100,
) -> None:
    """Print what the emulator, a function or all of them logged."""
    directory = DataDirectory.at(data)
    with _reported(), suppress(KeyboardInterrupt):
        if everyone:
            found = map(named, logs.all_lines(connect(data).state, lines, follow=follow))
        elif function is None:
            found = map(styled, logs.emulator_lines(directory, lines, follow=follow))
        else:
            found = map(styled, logs.function_lines(connect(data).state, function, lines, follow=follow))
        for line in found:
            _output.print(line)


@app.command(epilog='Example: eval "$(lineal local env --as approver)"')
def env(
    data: Data = DEFAULT_DIRECTORY,
    identity: Annotated[Identity, typer.Option("--as", help="Whose credentials.")] = Identity.SCIENTIST,
    project: Annotated[str | None, typer.Option(help="Another project than the stack's.")] = None,
) -> None:
    """Print shell lines that point lineal and boto3 at the stack, with one user's token and credentials."""
    with _reported():
        variables = connect(data).environment(identity, project)
        for name, value in variables.items():
            typer.echo(f"export {name}={shlex.quote(value)}")
        typer.echo(f"unset {' '.join(_CLEARED_VARIABLES)}")


@contextmanager
def _reported() -> Iterator[None]:
    """Say in words what went wrong, and end with the exit code for it."""
    try:
        yield
    except NotRunningError as error:
        _complain(error)
        raise typer.Exit(EXIT_DOWN) from error
    except LinealError as error:
        _complain(error)
        raise typer.Exit(ExitCode.ERROR) from error


def _complain(error: LinealError) -> None:
    """Print an error; unlike elsewhere it may have lines, the last ones of a log."""
    for line in f"lineal: {error}".splitlines():
        _messages.print(Text(clean(line)))
