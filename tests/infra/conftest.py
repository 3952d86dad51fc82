"""One synthesis per target for all tests of the infrastructure."""

import pytest

from infra.app import synthesize
from infra.target import TargetName
from tests.infra.templates import Assembly


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """The production stack; its bundles lack the wheels, which tests/infra/test_bundles.py looks at."""
    context = {"lineal:target": TargetName.CLOUD, "lineal:environment": "production"}
    return Assembly(synthesize(tmp_path_factory.mktemp("cloud"), context, wheels=False))


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """The local stack."""
    context = {"lineal:target": TargetName.LOCAL}
    return Assembly(synthesize(tmp_path_factory.mktemp("local"), context))


@pytest.fixture(params=list(TargetName))
def assembly(request: pytest.FixtureRequest) -> Assembly:
    """Each target in turn."""
    return request.getfixturevalue(request.param)
