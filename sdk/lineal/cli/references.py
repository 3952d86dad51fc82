"""`MODEL@VERSION` on the command line."""

from typing import Annotated

import typer

from lineal.errors import InputError
from lineal.resources.versions import parsed_reference

ReferenceArgument = Annotated[
    str,
    typer.Argument(
        metavar="MODEL@VERSION",
        help="A version by number, 1.2.0, alias, latest, production or commit.",
    ),
]
ModelOrVersion = Annotated[
    str, typer.Argument(metavar="MODEL[@VERSION]", help="A registered model, or one of its versions.")
]
ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help="The registered model's name.")]
ReasonOption = Annotated[str, typer.Option(help="Why; the audit trail keeps it.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="A tag as KEY=VALUE; again for more.")]
Untags = Annotated[list[str] | None, typer.Option("--untag", help="A tag to take away; again for more.")]


def split(text: str) -> tuple[str, str]:
    """Return model and selector of `MODEL@VERSION`. Raises InputError."""
    found = parsed_reference(text)
    return found.model, str(found.selector)


def model_and_version(text: str, version: str | None) -> tuple[str, str | None]:
    """Return model and selector, given together or apart; the selector may be missing."""
    if "@" in text or text.startswith("models:/"):
        if version is not None:
            raise InputError(f"{text} names a version already")
        return split(text)
    return text, version


def tags_of(pairs: list[str] | None) -> dict[str, str]:
    """Return tags from KEY=VALUE words. Raises InputError."""
    split_pairs = [pair.partition("=") for pair in pairs or ()]
    if bad := next((key for key, found, _ in split_pairs if not key or not found), None):
        raise InputError(f"{bad!r} is not KEY=VALUE")
    return {key: value for key, _, value in split_pairs}
