"""The container that this process runs in, as far as its surroundings tell."""

import json
import os
import re
import urllib.request
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lineal_contract.environments import Container

_IMAGE_VARIABLES = ("LINEAL_CONTAINER_IMAGE", "CONTAINER_IMAGE", "IMAGE_URI", "DOCKER_IMAGE")
_DIGEST_VARIABLES = ("LINEAL_CONTAINER_DIGEST", "IMAGE_DIGEST")
_ECS_VARIABLE = "ECS_CONTAINER_METADATA_URI_V4"
_ECS_SECONDS = 1.0
_ECS_ADDRESS = re.compile(r"http://169\.254\.170\.2/[\w./-]+")
_ID = re.compile(r"\b[0-9a-f]{64}\b")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def capture_container(
    environment: Mapping[str, str] = os.environ, root: Path = Path("/"), *, image: str | None = None
) -> Container | None:
    """Return the container; None outside one. `image` is what somebody else knows, such as SageMaker.

    Asked are, in this order: the environment, the metadata of ECS, and what /proc tells.
    """
    ecs = _ecs(environment.get(_ECS_VARIABLE, ""))
    image = image or _first(environment, _IMAGE_VARIABLES) or ecs.get("Image")
    digest = _first(environment, _DIGEST_VARIABLES) or ecs.get("ImageID") or _digest_in(image)
    container_id = ecs.get("DockerId") or _id_in_proc(root)
    if not (image or digest or container_id):
        return None
    return Container(image=image, digest=digest, container_id=container_id)


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environment[name][:500] for name in names if environment.get(name)), None)


def _digest_in(image: str | None) -> str | None:
    found = _DIGEST.search(image or "")
    return found[0] if found else None


@cache
def _ecs(address: str) -> dict[str, Any]:
    if not _ECS_ADDRESS.fullmatch(address):
        return {}
    try:
        with urllib.request.urlopen(address, timeout=_ECS_SECONDS) as answer:  # noqa: S310 - checked above
            found = json.loads(answer.read(1_000_000))
    except (OSError, ValueError):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}


def _id_in_proc(root: Path) -> str | None:
    """The id that Docker and containerd leave in the names of control groups and mounts."""
    for name in ("proc/self/cgroup", "proc/self/mountinfo"):
        try:
            text = (root / name).read_text(errors="replace")
        except OSError:
            continue
        lines = (
            line for line in text.splitlines() if re.search(r"docker|containerd|kubepods|crio|/ecs/", line)
        )
        for line in lines:
            if name.endswith("mountinfo") and "/hostname" not in line:
                continue
            if found := _ID.search(line):
                return found[0]
    return None
