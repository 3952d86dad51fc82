"""The environment of a function, typed."""

import pytest

from functions.settings import MissingSettingError, Settings
from lineal_contract.roles import Role

FULL = Settings(
    runs_table="runs",
    registry_table="registry",
    artifacts_bucket="artifacts",
    bus_name="lineal",
    approval_workflow_arn="arn:aws:states:eu-central-1:123456789012:stateMachine:approval",
    deployment_workflow_arn="arn:aws:states:eu-central-1:123456789012:stateMachine:deployment",
    registration_workflow_arn="arn:aws:states:eu-central-1:123456789012:stateMachine:registration",
    api_url="https://api",
    default_members="ann=DataScientist,bob=Approver",
    signing_key="arn:aws:kms:eu-central-1:123456789012:key/1",
    trail_patience_seconds="1800",
    mail_topic_arn="arn:aws:sns:eu-central-1:123456789012:mail",
    webhook_queue_url="https://sqs.eu-central-1.amazonaws.com/123456789012/webhooks",
    webhook_function="webhooks",
    webhook_hosts="ci.internal,hooks.internal",
)


def test_what_infrastructure_writes_is_what_a_function_reads() -> None:
    assert set(FULL.model_dump().values()) == set(FULL.to_env().values())
    assert Settings.from_env(FULL.to_env() | {"PATH": "/bin"}) == FULL


def test_what_is_not_given_is_not_written() -> None:
    assert Settings(runs_table="runs").to_env() == {"LINEAL_RUNS_TABLE": "runs"}
    assert Settings.from_env({}) == Settings()


def test_a_missing_setting_is_named_as_the_environment_has_it() -> None:
    with pytest.raises(MissingSettingError, match="LINEAL_BUS_NAME"):
        Settings().require("bus_name")
    assert FULL.require("bus_name") == "lineal"


def test_default_members_are_people_with_a_role() -> None:
    assert FULL.members() == {"ann": Role.DATA_SCIENTIST, "bob": Role.APPROVER}
    assert Settings().members() == {}


def test_named_hosts_are_hosts() -> None:
    assert FULL.named_hosts() == {"ci.internal", "hooks.internal"}
    assert Settings().named_hosts() == frozenset()
