"""Synthesizes the stack: `python -m infra.app [-c key=value …]`.

The CDK CLI runs the same command, and is not needed for it: `-c` sets context as its own option does, on top
of cdk.json, and CDK_OUTDIR says where the assembly goes.
"""

import os
import shutil
import tempfile
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.bytecode import compile_bundle, compiler
from infra.functions import SIZES
from infra.options import CONTEXT, Options, project_context
from infra.packages import BUILD, ROOT, packages_for
from infra.runtime import Runtime
from infra.stack import LinealStack
from infra.staging import stage


def synthesize(outdir: Path, context: Mapping[str, Any], *, wheels: bool = True) -> Path:
    """Write the assembly for a context on top of cdk.json's and return the template's path.

    `wheels=False` leaves third-party packages out of cloud bundles, for looking at the template alone.
    Raises MissingHandlerError, PackagingError, and RuntimeError when a check of the template fails.
    """
    app = App(outdir=str(outdir), context={**project_context(), **context})
    options = Options.from_context(_known_context(app))
    BUILD.mkdir(exist_ok=True)
    _forget_assets(outdir)
    # The assembly gets copies of the bundles, so the staged folders need not outlive the synthesis.
    with tempfile.TemporaryDirectory(dir=BUILD) as scratch:
        bundled = wheels and options.target.bundled_wheels
        code = _stage_all(Path(scratch), options.runtime if bundled else None)
        LinealStack(app, options.stack_name, options=options, code=code)
        Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
        app.synth()
    return outdir / f"{options.stack_name}.template.json"


def _forget_assets(outdir: Path) -> None:
    """Remove the copies that an earlier synthesis left: the CDK never does, and each is another hash."""
    for asset in outdir.glob("asset.*"):
        shutil.rmtree(asset) if asset.is_dir() else asset.unlink()


def _known_context(app: App) -> dict[str, Any]:
    """Return the options in the app's context, where what the CDK CLI passes has its place too."""
    found = {name: app.node.try_get_context(name) for name in CONTEXT}
    return {name: value for name, value in found.items() if value is not None}


def _stage_all(scratch: Path, runtime: Runtime | None) -> dict[str, Path]:
    """Stage every function, with packages and bytecode for `runtime` if one is given."""
    if runtime is None:
        return {folder: stage(folder, scratch / folder) for folder in SIZES}
    python = compiler(runtime)
    return {folder: _bundle(folder, scratch / folder, runtime, python) for folder in SIZES}


def _bundle(folder: str, destination: Path, runtime: Runtime, python: Path | None) -> Path:
    bundle = stage(folder, destination, packages_for(folder, runtime))
    if python is not None:
        compile_bundle(bundle, python)
    return bundle


def main(arguments: Sequence[str] | None = None) -> None:
    """Synthesize as the command line says."""
    parser = ArgumentParser(prog="python -m infra.app", description="Synthesize the lineal stack.")
    parser.add_argument(
        "-c", "--context", action="append", default=[], metavar="KEY=VALUE", help="set context"
    )
    given = parser.parse_args(arguments).context
    context = dict(pair.partition("=")[::2] for pair in given)
    synthesize(Path(os.environ.get("CDK_OUTDIR", ROOT / "cdk.out")), context)


if __name__ == "__main__":
    main()
