"""What all commands share: the client, the options, and how an error ends them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from lineal.cli.exit_codes import exit_code_of
from lineal.cli.output import complain
from lineal.errors import ConnectionFailedError, LinealError

if TYPE_CHECKING:
    from lineal.client import Client

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Filter = Annotated[str, typer.Option("--filter", help="A condition; see docs/searching.md.")]
OrderBy = Annotated[str, typer.Option(help="Fields with ASC or DESC, separated by commas.")]
Limit = Annotated[int, typer.Option(min=1, help="How many to show at most.")]
NewClient = Callable[[], "Client"]


class ErrorsAsExitCodes(TyperGroup):
    """The outermost group: an error of lineal is one line on stderr and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except LinealError as error:
            complain(error)
            if isinstance(error, ConnectionFailedError):
                complain("`lineal doctor` looks for the reason and says what to do")
            raise typer.Exit(exit_code_of(error)) from error


def client_of(context: typer.Context) -> "Client":
    """Return the client that the options and the environment ask for; tests put another in its place."""
    client: Client = context.obj()
    return client


def group(help_text: str) -> typer.Typer:
    """Return a group of commands."""
    return typer.Typer(help=help_text, no_args_is_help=True)
