"""lineal card"""

import os
import shlex
import subprocess
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lineal.cli.app import Json, client_of, group
from lineal.cli.output import moment, print_facts, print_json, say
from lineal.cli.references import ReferenceArgument, split
from lineal.errors import InputError
from lineal.governance.card_files import from_yaml, read_card, to_html, to_markdown, to_yaml
from lineal_contract.cards import CARD_FIELDS, ShownCard

app = group("Model cards: what a version is for, and what it is not.")


class Form(StrEnum):
    """How a card is shown."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    HTML = "html"
    YAML = "yaml"


@app.command(epilog="Example: lineal card show diabetes@champion --form markdown")
def show(
    context: typer.Context,
    version: ReferenceArgument,
    revision: Annotated[int | None, typer.Option(help="An earlier revision.")] = None,
    form: Annotated[Form, typer.Option(help="How to show it.")] = Form.TERMINAL,
    as_json: Json = False,
) -> None:
    """Show a card: what was written, and what is known from the run."""
    shown = client_of(context).cards.get(*split(version), revision=revision)
    if as_json:
        return print_json(shown)
    if form is Form.TERMINAL:
        return print_facts(_facts(shown))
    written = {Form.MARKDOWN: to_markdown, Form.HTML: to_html, Form.YAML: to_yaml}[form](shown)
    return typer.echo(written, nl=False)


@app.command("set", epilog="Example: lineal card set diabetes@3 card.md")
def set_(
    context: typer.Context,
    version: ReferenceArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="YAML or markdown.", dir_okay=False)],
    as_json: Json = False,
) -> None:
    """Write a card from a file, as a new revision."""
    shown = client_of(context).cards.put(*split(version), read_card(file))
    _told(shown, as_json)


@app.command(epilog="Example: lineal card edit diabetes@3")
def edit(context: typer.Context, version: ReferenceArgument, as_json: Json = False) -> None:
    """Open a card in your editor and write what you save, unless somebody else was faster."""
    cards, (model, which) = client_of(context).cards, split(version)
    shown = cards.get(model, which)
    edited = _edited(to_yaml(shown))
    if edited is None:
        return say("nothing was changed")
    replaces = shown.current.digest if shown.current else None
    return _told(cards.put(model, shown.version, from_yaml(edited), replaces=replaces), as_json)


def _edited(text: str) -> str | None:
    """Let the caller's editor change a text; None where it was left as it is."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="lineal-") as folder:
        file = Path(folder, "card.yaml")
        file.write_text(text, encoding="utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(file)], check=True)  # noqa: S603 - the caller's own
        except (OSError, subprocess.CalledProcessError) as error:
            raise InputError(f"the editor {editor!r} did not end well; set EDITOR") from error
        edited = file.read_text(encoding="utf-8")
    return None if edited == text else edited


def _told(shown: ShownCard, as_json: bool) -> None:
    if as_json:
        return print_json(shown)
    number = shown.current.revision if shown.current else 0
    missing = f"; missing: {', '.join(shown.missing)}" if shown.missing else ""
    return say(f"{shown.model}@{shown.version} has revision {number} of its card{missing}")


def _facts(shown: ShownCard) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = [("version", f"{shown.model}@{shown.version}")]
    for field in CARD_FIELDS:
        rows += [(field, f"{fact.text} ({fact.source})") for fact in shown.facts if fact.field == field]
        rows += [(field, line) for line in getattr(shown.card, field).splitlines() if line.strip()]
    if (revision := shown.revision) is not None:
        who = revision.written_by.display_name
        rows.append(("revision", f"{revision.revision} by {who}, {moment(revision.written_at)}"))
    rows.append(("missing", ", ".join(shown.missing) or None))
    return rows
