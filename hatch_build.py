"""How lineal is built: by hatchling, and a wheel has the local stack's assembly in it.

The assembly is what `python -m infra.app` synthesizes for the local target. With it, who installs the wheel
needs neither the clone nor the CDK nor Node. An editable install synthesizes when it is used, so it asks for
nothing of this; that is why the CDK is a requirement of wheels alone and not of `build-system.requires`.
"""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from hatchling import build as hatchling
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
PLACE = "lineal/local/_assembly"
MANIFEST = "lineal-local.assets.json"
_BUILT = ROOT / "build" / "wheel"


def get_requires_for_build_wheel(config_settings: dict[str, Any] | None = None) -> list[str]:
    """Return what synthesizing needs: the extra `infra`, and what the contract is written in."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    contract = [name for name in project["dependencies"] if name.startswith("pydantic")]
    asked = hatchling.get_requires_for_build_wheel(config_settings)
    return [*asked, *contract, *project["optional-dependencies"]["infra"]]


def __getattr__(name: str) -> Any:
    """Return the rest of PEP 517 and 660, as hatchling has it: for pip it leaves some of it out."""
    return getattr(hatchling, name)


class AssemblyHook(BuildHookInterface[Any]):
    """Puts template, asset list and code of the local stack into a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Synthesize, unless the wheel is an editable one. Raises CalledProcessError if that fails."""
        if version == "editable":
            return
        shutil.rmtree(_BUILT, ignore_errors=True)
        _synthesize(_BUILT / "synthesized")
        pack(_BUILT / "synthesized", _BUILT / "packed")
        build_data["force_include"][str(_BUILT / "packed")] = PLACE


def _synthesize(output: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    environment |= {"CDK_OUTDIR": str(output), "PYTHONPATH": str(ROOT / "sdk")}
    command = [sys.executable, "-m", "infra.app", "-c", "lineal:target=local"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)  # noqa: S603


def pack(assembly: Path, destination: Path) -> None:
    """Copy what deploying reads: files as they are, folders of code in one zip that has each file once.

    An installer would compile loose modules in place.
    """
    sys.path.insert(0, str(ROOT / "sdk"))
    from lineal.local import shared_code
    from lineal.local.assets import contents

    destination.mkdir(parents=True)
    manifest = json.loads((assembly / MANIFEST).read_text())
    sources = [asset["source"] for asset in manifest["files"].values()]
    folders = {each["path"] for each in sources if each["packaging"] == "zip"}
    shared_code.write(destination, {name: contents(assembly / name) for name in sorted(folders)})
    for name in {each["path"] for each in sources} - folders:
        shutil.copyfile(assembly / name, destination / name)
    shutil.copyfile(assembly / MANIFEST, destination / MANIFEST)
