"""What importing a handler loads: the edge and the routes of its function; the rest comes with its use."""

import subprocess
import sys

import pytest

_NAMES = "import sys, functions.{}.handler; print(*sys.modules)"
_LATER = (
    "functions.adapters",
    "functions.core.runs",
    "functions.core.models",
    "functions.core.deployments",
    "lark",
    "boto3",
    "botocore.",
    "urllib3",
)


def loaded(function: str) -> set[str]:
    """Return the modules that a new interpreter has once the handler is imported."""
    done = subprocess.run(
        [sys.executable, "-c", _NAMES.format(function)], check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("function", ["tracking", "registry", "deployments", "admin"])
def test_a_handler_loads_neither_adapters_nor_use_cases(function: str) -> None:
    assert [name for name in loaded(function) if name.startswith(_LATER)] == []


def test_a_handler_loads_the_routes_of_its_function_alone() -> None:
    found = loaded("tracking")
    routes = {name.removeprefix("lineal_contract.routes.") for name in found if "contract.routes." in name}
    assert routes == {"route", "tracking"}
    assert not found & {"lineal_contract.registry", "lineal_contract.approvals", "lineal_contract.events"}
