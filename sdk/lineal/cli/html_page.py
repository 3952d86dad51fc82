"""lineal runs show --html"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lineal.cli.output import say
from lineal.errors import ConfigurationError

if TYPE_CHECKING:
    from lineal.client import Client


def write_page(client: "Client", run_id: str, file: Path | None) -> None:
    """Write the page of a run, whole or not at all. Raises NotFoundError, ConfigurationError."""
    from lineal.report.collecting import collect
    from lineal.report.page import page

    text = page(collect(client, run_id))
    if file == Path("-"):
        sys.stdout.write(text)
        return
    target = file or Path(f"run-{run_id}.html")
    partial = target.with_name(f".{target.name}.part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ConfigurationError(f"{target} cannot be written: {error.strerror}") from error
    say(f"{target}: {len(text.encode()):,} bytes")
