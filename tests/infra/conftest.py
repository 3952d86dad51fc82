"""One synthesis per target, and one of every option, for all tests of the infrastructure."""

import pytest

from infra.app import synthesize
from infra.target import TargetName
from lineal.local import assembly as assembly_of_stack
from tests.infra.templates import Assembly


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """The production stack; its bundles lack the wheels, which tests/infra/test_bundles.py looks at."""
    context = {"lineal:target": TargetName.CLOUD, "lineal:environment": "production"}
    return Assembly(synthesize(tmp_path_factory.mktemp("cloud"), context, wheels=False))


@pytest.fixture(scope="session")
def local() -> Assembly:
    """The local stack, as `lineal local up` gets it: synthesized only when sources changed."""
    return Assembly(assembly_of_stack.own() / f"{assembly_of_stack.STACK_NAME}.template.json")


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """A stack of the cloud with all that is off by default, at once: a synthesis takes seconds."""
    context = {
        "lineal:target": TargetName.CLOUD,
        "lineal:vpc": "vpc-0123456789abcdef0",
        "lineal:subnets": "subnet-0123456789abcdef0",
        "lineal:security-groups": "sg-0123456789abcdef0",
        "lineal:webhook-hosts": "ci.internal,hooks.internal",
        "lineal:alarm-email": "ops@example.com",
        "lineal:archive": "false",
        "lineal:project": "team",
        "lineal:signing": "true",
        "lineal:object-lock-days": "30",
        "lineal:allow-teardown": "true",
    }
    return Assembly(synthesize(tmp_path_factory.mktemp("everything"), context, wheels=False))


@pytest.fixture(params=list(TargetName))
def assembly(request: pytest.FixtureRequest) -> Assembly:
    """Each target in turn."""
    return request.getfixturevalue(request.param)
