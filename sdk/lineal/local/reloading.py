"""Handlers' code, brought to a stack that is up as soon as it is saved: in a clone, while developing.

Only code is exchanged, which takes seconds. What changes the template (a route, a grant, a table) is deployed
by `lineal local up`, which synthesizes it anew.
"""

import base64
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lineal.local import lifecycle
from lineal.local.assembly import find_clone
from lineal.local.assets import packaged
from lineal.local.errors import AssemblyError
from lineal.local.sessions import client_for
from lineal.local.stack import Stack
from lineal.local.state import StackState

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

LOOK_EVERY = 1.0
"""Seconds between looks at the sources."""

CODE = ("functions", "sdk/lineal_contract")
"""What handlers are made of, below the clone."""

Said = Callable[[str], None]
_Glimpse = dict[Path, tuple[int, int]]


def wait_for_end(stack: Stack, say: Said) -> None:
    """Wait as `lifecycle.wait_for_end` does, and exchange code that changes meanwhile, if this is a clone.

    Code that cannot be staged is said and left; the handlers stay as they were. Raises CrashedError.
    """
    try:
        clone = find_clone()
    except AssemblyError:
        lifecycle.wait_for_end(stack)
        return
    seen = glimpse(clone)
    while not _ends_soon(stack):
        now = glimpse(clone)
        if now != seen:
            seen = now
            say(_outcome(stack.state, clone))
    lifecycle.wait_for_end(stack)


def _ends_soon(stack: Stack) -> bool:
    if stack.process is None:
        return True
    try:
        stack.process.wait(timeout=LOOK_EVERY)
    except subprocess.TimeoutExpired:
        return False
    return True


def glimpse(clone: Path) -> _Glimpse:
    """Return size and time of each source file, which tell that one was saved."""
    found = (path for root in CODE for path in (clone / root).rglob("*") if path.suffix in {".py", ".lark"})
    return {path: (state.st_size, state.st_mtime_ns) for path in found if (state := _state_of(path))}


def _state_of(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:  # an editor is replacing it
        return None


def _outcome(state: StackState, clone: Path) -> str:
    try:
        changed = refresh(state, clone)
    except AssemblyError as error:
        return str(error)
    return f"reloaded {', '.join(changed)}" if changed else "nothing to reload"


def refresh(state: StackState, clone: Path) -> list[str]:
    """Give every function whose code differs the clone's, and return their folders.

    Raises AssemblyError when the code cannot be staged.
    """
    client: LambdaClient = client_for(state.root, "lambda", state.endpoint_url)
    changed = []
    with tempfile.TemporaryDirectory() as scratch:
        _stage(clone, Path(scratch))
        for folder, (name, digest) in sorted(_deployed(client).items()):
            code = packaged(Path(scratch, folder), "zip")
            if base64.b64encode(hashlib.sha256(code).digest()).decode() != digest:
                client.update_function_code(FunctionName=name, ZipFile=code)
                changed.append(folder)
    return changed


def _stage(clone: Path, destination: Path) -> None:
    command = [sys.executable, "-m", "infra.staging", str(destination)]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise AssemblyError(f"the code cannot be staged: {done.stderr.strip().splitlines()[-1]}")


def _deployed(client: "LambdaClient") -> dict[str, tuple[str, str]]:
    """Return name and code digest of each function, by its folder."""
    functions = (f for page in client.get_paginator("list_functions").paginate() for f in page["Functions"])
    return {f["Handler"].split(".")[1]: (f["FunctionName"], f["CodeSha256"]) for f in functions}
