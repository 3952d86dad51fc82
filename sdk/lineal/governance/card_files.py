"""Model cards as files: YAML and markdown to write in, markdown and HTML to read."""

from html import escape
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lineal.errors import InputError
from lineal_contract.cards import CARD_FIELDS, ModelCard, ShownCard

_TITLES = {field: field.replace("_", " ").capitalize() for field in CARD_FIELDS}
_FIELDS = {title.casefold(): field for field, title in _TITLES.items()}


def read_card(path: Path) -> ModelCard:
    """Return the card in a `.yaml` or `.md` file. Raises InputError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    return from_markdown(text) if path.suffix.lower() in (".md", ".markdown") else from_yaml(text)


def from_yaml(text: str) -> ModelCard:
    """Return the card that a YAML mapping states. Raises InputError."""
    import yaml

    try:
        fields = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise InputError(f"the card is not YAML: {error}") from error
    if not isinstance(fields, dict):
        raise InputError(f"a card is a mapping of fields: {', '.join(CARD_FIELDS)}")
    return _card({str(name): "" if value is None else value for name, value in fields.items()})


def from_markdown(text: str) -> ModelCard:
    """Return the card under `## Intended use` and other headings; what stands before the first is left out.

    Lines quoted with `>` are what is known from the run, as `to_markdown` shows it, and are no part of it.
    """
    fields: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if line.startswith("## "):
            title = line[3:].strip()
            if title.casefold() not in _FIELDS:
                raise InputError(f"a card has no section {title!r}; it has {', '.join(_TITLES.values())}")
            current = fields.setdefault(_FIELDS[title.casefold()], [])
        elif not line.startswith(">"):
            current.append(line)
    return _card({name: "\n".join(lines).strip() for name, lines in fields.items()})


def to_yaml(shown: ShownCard) -> str:
    """Return a card to edit: all fields, with what is known already as comments."""
    import yaml

    lines = [f"# The model card of {shown.model}@{shown.version}. Empty fields are left out."]
    for field in CARD_FIELDS:
        lines += [f"# known: {fact.text} ({fact.source})" for fact in shown.facts if fact.field == field]
        lines.append(_yaml_field(yaml, field, getattr(shown.card, field)))
    return "\n".join(lines) + "\n"


def to_markdown(shown: ShownCard) -> str:
    """Return a card to read; what is known without anybody writing it is quoted, with its source."""
    parts = [f"# {shown.model}@{shown.version}"]
    for field, title in _TITLES.items():
        facts = [f"> {fact.text} ({fact.source})" for fact in shown.facts if fact.field == field]
        written = getattr(shown.card, field).strip()
        if facts or written:
            parts += [f"## {title}", *(["\n".join(facts)] if facts else []), *([written] if written else [])]
    if shown.missing:
        parts.append("> Missing: " + ", ".join(_TITLES[name] for name in shown.missing))
    return "\n\n".join(parts) + "\n"


def to_html(shown: ShownCard) -> str:
    """Return a card as one HTML page without scripts; nothing that people wrote is read as markup."""
    body = [f"<h1>{escape(shown.model)}@{shown.version}</h1>"]
    for field, title in _TITLES.items():
        facts = [fact for fact in shown.facts if fact.field == field]
        written = getattr(shown.card, field).strip()
        if facts or written:
            body.append(f"<h2>{title}</h2>")
            body += [
                f"<blockquote>{escape(f.text)} <cite>{escape(f.source)}</cite></blockquote>" for f in facts
            ]
            body += [f"<p>{escape(written)}</p>"] if written else []
    if shown.missing:
        body.append(f"<p>Missing: {', '.join(_TITLES[name] for name in shown.missing)}</p>")
    style = "body{font:1rem/1.5 system-ui;max-width:45rem;margin:2rem auto}p{white-space:pre-wrap}"
    head = f'<meta charset="utf-8"><title>{escape(shown.model)}@{shown.version}</title><style>{style}</style>'
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n'
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _yaml_field(yaml: Any, field: str, text: str) -> str:
    if not text:
        return f"{field}:"
    written: str = yaml.safe_dump({field: text}, allow_unicode=True, sort_keys=False, width=100)
    return written.rstrip("\n")


def _card(fields: dict[str, Any]) -> ModelCard:
    try:
        return ModelCard.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
