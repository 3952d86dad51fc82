"""Commands of `lineal`, held against the command line as it is."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from lineal.cli import app

ROOT_COMMAND: Any = get_command(app)


def leaves(command: Any = ROOT_COMMAND, path: str = "lineal") -> list[str]:
    """Every command that does something, by its full name."""
    if not hasattr(command, "commands"):
        return [path]
    return [leaf for name, sub in command.commands.items() for leaf in leaves(sub, f"{path} {name}")]


def mistake(words: list[str], *, whole: bool) -> str | None:
    """What is wrong with the words after `lineal`; a `whole` command must have all that is required."""
    command, given, rest = ROOT_COMMAND, set[str](), iter(words)
    for word in rest:
        if word == "--help":
            return None
        if word.startswith("-") and word != "-":
            found = _option(command, word, rest)
        elif hasattr(command, "commands"):
            if word not in command.commands:
                return f"no command {word}"
            command = command.commands[word]
            continue
        else:
            found = _argument(command, given)
        if found is None:
            return f"{word} is not known"
        given.add(found)
    missing = [p.name for p in command.params if p.required and p.name not in given]
    return f"{missing[0]} is missing" if whole and missing else None


def _option(command: Any, word: str, rest: Iterator[str]) -> str | None:
    """The name of an option, whose value is taken from the rest."""
    option = next((p for p in command.params if word in (*p.opts, *p.secondary_opts)), None)
    if option is not None and not option.is_flag:
        next(rest, None)
    return option.name if option else None


def _argument(command: Any, given: set[str]) -> str | None:
    """The name of the next argument that has no value yet."""
    arguments = (p.name for p in command.params if p.param_type_name == "argument")
    return next((name for name in arguments if name not in given), None)
