"""What the CDK context chooses."""

from pathlib import Path

import pytest

from infra.app import synthesize
from infra.options import CONTEXT, Environment, Options
from infra.target import CLOUD, LOCAL
from lineal_contract.roles import Role
from tests.infra.templates import Assembly, target
from tests.unit import markdown

GUIDE = Path(__file__).parents[2] / "docs" / "deploy.md"


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
    [
        {"lineal:target": "moon"},
        {"lineal:environment": "prod"},
        {"lineal:allow-teardown": "yes"},
        {"lineal:project": "A Team"},
    ],
)
def test_unknown_values_are_refused(context: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Options.from_context(context)


def test_python_and_processor_are_declared() -> None:
    options = Options.from_context({"lineal:python": "3.12", "lineal:architecture": "x86_64"})
    assert options.runtime.lambda_runtime.name == "python3.12"
    assert options.runtime.lambda_architecture.name == "x86_64"
    assert options.runtime.wheels == "x86_64-manylinux_2_28"


def test_a_network_is_given_whole() -> None:
    whole = {
        "lineal:vpc": "vpc-1",
        "lineal:subnets": "subnet-1, subnet-2",
        "lineal:security-groups": ["sg-1"],
    }
    network = Options.from_context(whole).network
    assert network is not None
    assert network.subnets == ("subnet-1", "subnet-2")
    for missing in whole:
        with pytest.raises(ValueError, match="together"):
            Options.from_context({name: value for name, value in whole.items() if name != missing})


def test_functions_run_in_the_given_subnets(tmp_path: Path) -> None:
    context = {
        "lineal:vpc": "vpc-0123456789abcdef0",
        "lineal:subnets": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
        "lineal:security-groups": "sg-0123456789abcdef0",
    }
    inside = {
        "SecurityGroupIds": ["sg-0123456789abcdef0"],
        "SubnetIds": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    }
    functions = Assembly(synthesize(tmp_path, context, wheels=False)).functions()
    assert "VpcConfig" not in functions.pop("webhooks")
    for function in functions.values():
        assert function["VpcConfig"] == inside


def test_webhooks_are_sent_from_the_subnets_where_private_hosts_are_named(everything: Assembly) -> None:
    functions = everything.functions()
    assert functions["webhooks"]["VpcConfig"] == functions["mlflow"]["VpcConfig"]
    hosts = {functions[f]["Environment"]["Variables"]["LINEAL_WEBHOOK_HOSTS"] for f in ("webhooks", "mlflow")}
    assert hosts == {"ci.internal,hooks.internal"}


def test_alarms_are_mailed_events_not_archived_and_callers_tagged_when_asked(everything: Assembly) -> None:
    (subscription,) = everything.of_type("AWS::SNS::Subscription").values()
    assert subscription["Endpoint"] == "ops@example.com"
    assert "AWS::Events::Archive" not in {each["Type"] for each in everything.resources.values()}
    roles = everything.of_type("AWS::IAM::Role")
    callers = {target(everything.template["Outputs"][f"{duty}RoleArn"]["Value"]) for duty in Role}
    tags = {name: role.get("Tags") for name, role in roles.items() if role.get("Tags")}
    assert tags == {role: [{"Key": "lineal-project", "Value": "team"}] for role in callers}


def test_an_unknown_option_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="lineal:architecture"):
        Options.from_context({"lineal:arch": "arm64"})


def test_every_option_is_in_the_guide() -> None:
    cells = [row[0] for row in markdown.rows(GUIDE, "Options")[1:]]
    assert {name.strip("`") for cell in cells for name in cell.split(", ")} == set(CONTEXT)


def test_every_environment_is_in_the_guide() -> None:
    assert {each.value for each in Environment} <= set(GUIDE.read_text().replace("`", " ").split())
