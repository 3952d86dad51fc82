"""lineal trace"""

from typing import Annotated

import typer

from lineal.cli.app import Json, client_of
from lineal.cli.exit_codes import ExitCode
from lineal.cli.output import complain, print_json, print_tree
from lineal.cli.trace_tree import tree_of
from lineal.errors import InputError
from lineal.resources.traces import Trace, Traces, Verified


def trace(
    context: typer.Context,
    endpoint: Annotated[str | None, typer.Argument(metavar="[ENDPOINT]", help="What is live here.")] = None,
    model: Annotated[str | None, typer.Option(help="With --version: a version of this model.")] = None,
    version: Annotated[int | None, typer.Option(help="With --model: its number.")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Hash the stored bytes again; exit 5 if they differ.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show all that stands behind a live endpoint, or a version."""
    found = _trace(client_of(context).traces, endpoint, model, version, verify)
    print_json(_document(found)) if as_json else print_tree(tree_of(found))
    if found.verification is not None and not found.verification.ok:
        _complain(found.verification)
        raise typer.Exit(ExitCode.NOT_VERIFIED)


def _trace(
    traces: Traces, endpoint: str | None, model: str | None, version: int | None, verify: bool
) -> Trace:
    if endpoint is not None and model is None and version is None:
        return traces.of_endpoint(endpoint, verify=verify)
    if endpoint is None and model is not None and version is not None:
        return traces.of_version(model, version, verify=verify)
    raise InputError("give either an endpoint, or --model and --version")


def _document(found: Trace) -> dict[str, object]:
    """The trace, with `verified` and `verification` where that was asked for."""
    document: dict[str, object] = dict(found)
    if (checked := found.verification) is not None:
        document["verified"] = checked.ok
        document["verification"] = {
            "files": checked.files,
            "bytes": checked.bytes,
            "failures": checked.failures,
        }
    return document


def _complain(verification: Verified) -> None:
    for failure in verification.failures:
        found = failure.found or "nothing that could be read"
        complain(f"{failure.path} does not match: expected {failure.expected}, found {found}")
    if not verification.failures:
        complain("there was nothing to verify")
