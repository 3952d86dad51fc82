"""What the CDK context chooses."""

import pytest

from infra.options import Environment, Options
from infra.target import CLOUD, LOCAL


def test_without_context_a_development_stack_in_the_cloud_is_built() -> None:
    options = Options.from_context({})
    assert options == Options(target=CLOUD, environment=Environment.DEV, allow_teardown=False)
    assert options.stack_name == "lineal-dev"
    assert options.protected


@pytest.mark.parametrize("environment", list(Environment))
def test_stacks_are_named_after_their_environment(environment: Environment) -> None:
    assert Options.from_context({"lineal:environment": environment}).stack_name == f"lineal-{environment}"


def test_the_local_stack_has_one_name_and_keeps_nothing() -> None:
    options = Options.from_context({"lineal:target": "local", "lineal:environment": "staging"})
    assert options.target is LOCAL
    assert options.stack_name == "lineal-local"
    assert not options.protected


@pytest.mark.parametrize(("flag", "protected"), [(True, False), ("true", False), ("false", True)])
def test_teardown_is_allowed_by_name(flag: object, protected: bool) -> None:
    assert Options.from_context({"lineal:allow-teardown": flag}).protected is protected


@pytest.mark.parametrize(
    "context",
    [{"lineal:target": "moon"}, {"lineal:environment": "prod"}, {"lineal:allow-teardown": "yes"}],
)
def test_unknown_values_are_refused(context: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Options.from_context(context)
