"""The roles' rules speak of routes that there are."""

import re

import pytest

from lineal_contract.mlflow.surface import CHANGES, READS
from lineal_contract.permissions import patterns
from lineal_contract.roles import Role
from lineal_contract.routes.table import ROUTES


@pytest.mark.parametrize("role", list(Role))
def test_each_pattern_of_a_role_lets_somebody_call_something(role: Role) -> None:
    called = [f"{route.method}{route.path}" for route in ROUTES]
    own = [pattern for pattern in patterns(role) if pattern not in {*CHANGES, *READS}]
    assert own
    for pattern in own:
        spans = re.compile(".*".join(map(re.escape, pattern.split("*"))))
        assert any(spans.fullmatch(each) for each in called), pattern
