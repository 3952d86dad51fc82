"""What starts what: rules, the schedule, the stream; and where failures go."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from functions.adapters.keys import registry as keys
from lineal_contract.events import SOURCE, DetailType
from tests.infra.templates import Assembly, target

_SAMPLES = Path(__file__).parents[2] / "events" / "samples"
_APPROVED = DetailType.VERSION_APPROVED


def test_every_target_of_a_rule_retries_for_a_while_and_then_keeps_the_event(assembly: Assembly) -> None:
    rules = assembly.of_type("AWS::Events::Rule").values()
    for aim in (aim for rule in rules for aim in rule["Targets"]):
        assert 60 <= aim["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 86_400
        assert 0 < aim["RetryPolicy"]["MaximumRetryAttempts"] <= 185
        assert assembly.resource(aim["DeadLetterConfig"]["Arn"])["Type"] == "AWS::SQS::Queue"


def test_events_reach_their_dead_letter_queues(assembly: Assembly) -> None:
    allowed = {
        (target(queue), target(statement["Condition"]["ArnEquals"]["aws:SourceArn"]))
        for policy in assembly.of_type("AWS::SQS::QueuePolicy").values()
        for queue in policy["Queues"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    }
    assert allowed == {
        (target(queue), name)
        for name, rule in assembly.of_type("AWS::Events::Rule").items()
        for aim in rule["Targets"]
        for queue in (aim["DeadLetterConfig"]["Arn"], aim["Arn"])
        if assembly.resource(queue)["Type"] == "AWS::SQS::Queue"
    }


def test_each_consumer_has_a_dead_letter_queue_of_its_own(assembly: Assembly) -> None:
    rules = assembly.of_type("AWS::Events::Rule").values()
    queues = [target(aim["DeadLetterConfig"]["Arn"]) for rule in rules for aim in rule["Targets"]]
    queues.append(target(_relay_mapping(assembly)["DestinationConfig"]["OnFailure"]["Destination"]))
    ends = {
        name: queue
        for name, queue in assembly.of_type("AWS::SQS::Queue").items()
        if "RedrivePolicy" not in queue
    }
    assert sorted(queues) == sorted(ends)
    assert {queue["MessageRetentionPeriod"] for queue in ends.values()} == {1_209_600}


def test_webhooks_hear_of_the_registry_and_what_does_not_arrive_comes_again(assembly: Assembly) -> None:
    (name, queue), *others = (
        (name, each) for name, each in assembly.of_type("AWS::SQS::Queue").items() if "RedrivePolicy" in each
    )
    assert not others
    rule = _rule_to(assembly, lambda aim: target(aim["Arn"]) == name)
    assert [kind for kind in DetailType if _matches(rule["EventPattern"], _event(kind))] == [
        DetailType.VERSION_REGISTERED, DetailType.ALIAS_CHANGED, DetailType.MODEL_CREATED,
        DetailType.MODEL_DESCRIBED, DetailType.VERSION_DESCRIBED,
    ]  # fmt: skip
    redrive = queue["RedrivePolicy"]
    (aim,) = rule["Targets"]
    assert redrive["deadLetterTargetArn"] == aim["DeadLetterConfig"]["Arn"]
    assert 1 < redrive["maxReceiveCount"] <= 20
    mapping = _mapping_of(assembly, "webhooks")
    assert target(mapping["EventSourceArn"]) == name
    assert (mapping["BatchSize"], mapping["FunctionResponseTypes"]) == (1, ["ReportBatchItemFailures"])
    assert queue["VisibilityTimeout"] >= 6 * assembly.functions()["webhooks"]["Timeout"]


def test_an_approved_version_and_nothing_else_starts_a_deployment(assembly: Assembly) -> None:
    pattern = _approved_rule(assembly)["EventPattern"]
    assert [kind for kind in DetailType if _matches(pattern, _event(kind))] == [_APPROVED]
    assert not _matches(pattern, _event(_APPROVED) | {"source": "aws.sagemaker"})


def test_sample_events_start_a_deployment_if_they_say_approved(assembly: Assembly) -> None:
    pattern = _approved_rule(assembly)["EventPattern"]
    for path in _SAMPLES.rglob("*.json"):
        sample = json.loads(path.read_text())
        approved = sample.get("detail-type") == _APPROVED and sample.get("source") == SOURCE
        assert _matches(pattern, sample) is approved, path


def test_people_are_told_what_happens_to_requests_and_of_nothing_else(assembly: Assembly) -> None:
    function = assembly.function_ids()["notifications"]
    rule = _rule_to(assembly, lambda aim: target(aim["Arn"]) == function)
    told = [kind for kind in DetailType if _matches(rule["EventPattern"], _event(kind))]
    assert told == [
        DetailType.APPROVAL_PENDING, DetailType.APPROVAL_DELEGATED, DetailType.APPROVAL_REMINDED,
        DetailType.APPROVAL_CLOSED,
    ]  # fmt: skip
    assert not _matches(rule["EventPattern"], _event(DetailType.APPROVAL_CLOSED) | {"source": "evil"})


def test_mail_is_encrypted_and_for_those_who_are_named(assembly: Assembly) -> None:
    topic = assembly.resource(assembly.template["Outputs"]["MailTopicArn"]["Value"])["Properties"]
    assert topic["KmsMasterKeyId"]
    assert "AWS::SNS::Subscription" not in {r["Type"] for r in assembly.resources.values()}


def test_the_deployment_gets_the_detail(assembly: Assembly) -> None:
    rule = _approved_rule(assembly)
    (aim,) = rule["Targets"]
    assert aim["InputPath"] == "$.detail"
    assert aim["Arn"] == assembly.template["Outputs"]["DeploymentWorkflowArn"]["Value"]
    assert rule["EventBusName"] == assembly.template["Outputs"]["BusName"]["Value"]


def test_the_sweep_runs_every_five_minutes(assembly: Assembly) -> None:
    (rule,) = (r for r in assembly.of_type("AWS::Events::Rule").values() if "ScheduleExpression" in r)
    assert rule["ScheduleExpression"] == "rate(5 minutes)"
    assert target(rule["Targets"][0]["Arn"]) == assembly.function_ids()["sweep"]
    (invocation,) = (
        each
        for each in assembly.of_type("AWS::Lambda::EventInvokeConfig").values()
        if target(each["FunctionName"]) == assembly.function_ids()["sweep"]
    )
    assert target(invocation["DestinationConfig"]["OnFailure"]["Destination"])


def test_the_relay_gives_up_on_a_record_in_bounded_time(assembly: Assembly) -> None:
    mapping = _relay_mapping(assembly)
    assert target(mapping["FunctionName"]) == assembly.function_ids()["relay"]
    assert mapping["EventSourceArn"] == {
        "Fn::GetAtt": [target(assembly.template["Outputs"]["RegistryTable"]["Value"]), "StreamArn"]
    }
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 0 < mapping["MaximumRecordAgeInSeconds"] < 86_400
    assert 0 < mapping["MaximumRetryAttempts"] < 100


@pytest.mark.parametrize(
    ("kind", "key", "expected"),
    [
        ("INSERT", keys.outbox("0" * 32), True),
        ("REMOVE", keys.outbox("0" * 32), False),
        ("MODIFY", keys.outbox("0" * 32), False),
        ("INSERT", keys.version("project", "model", 1), False),
        ("INSERT", keys.identity("OUT#0"), False),
    ],
)
def test_the_relay_sees_new_outbox_items_only(assembly: Assembly, kind, key, expected) -> None:
    mapping = _relay_mapping(assembly)
    (pattern,) = (json.loads(each["Pattern"]) for each in mapping["FilterCriteria"]["Filters"])
    assert _matches(pattern, {"eventName": kind, "dynamodb": {"Keys": key}}) is expected


def test_the_bus_has_no_policy_of_its_own(assembly: Assembly) -> None:
    assert "AWS::Events::EventBusPolicy" not in {r["Type"] for r in assembly.resources.values()}


def test_the_archive_keeps_what_the_bus_said(cloud: Assembly) -> None:
    (archive,) = cloud.of_type("AWS::Events::Archive").values()
    assert target(archive["SourceArn"]) == target(cloud.template["Outputs"]["BusName"]["Value"])
    assert all(_matches(archive["EventPattern"], _event(kind)) for kind in DetailType)
    assert archive["RetentionDays"] > 0


def _relay_mapping(assembly: Assembly) -> dict[str, Any]:
    return _mapping_of(assembly, "relay")


def _mapping_of(assembly: Assembly, folder: str) -> dict[str, Any]:
    function = assembly.function_ids()[folder]
    mappings = assembly.of_type("AWS::Lambda::EventSourceMapping").values()
    (mapping,) = (each for each in mappings if target(each["FunctionName"]) == function)
    return dict(mapping)


def _approved_rule(assembly: Assembly) -> dict[str, Any]:
    machine = assembly.template["Outputs"]["DeploymentWorkflowArn"]["Value"]
    return _rule_to(assembly, lambda aim: aim["Arn"] == machine)


def _rule_to(assembly: Assembly, wanted: Callable[[Any], bool]) -> dict[str, Any]:
    (rule,) = (
        r
        for r in assembly.of_type("AWS::Events::Rule").values()
        if "EventPattern" in r and any(map(wanted, r["Targets"]))
    )
    return dict(rule)


def _event(kind: DetailType) -> dict[str, Any]:
    return {"source": SOURCE, "detail-type": kind, "detail": {}}


def _matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Match as EventBridge does, for exact values and prefixes; other operators are an error."""
    return all(_field_matches(wanted, event, name) for name, wanted in pattern.items())


def _field_matches(wanted: Any, event: Any, name: str) -> bool:
    if not isinstance(event, Mapping) or name not in event:
        return False
    if isinstance(wanted, Mapping):
        return _matches(wanted, event[name])
    return any(_value_matches(wanted, event[name]))


def _value_matches(wanted: list[Any], value: Any) -> Iterator[bool]:
    for option in wanted:
        match option:
            case str():
                yield option == value
            case {"prefix": prefix}:
                yield isinstance(value, str) and value.startswith(prefix)
            case _:
                raise AssertionError(f"the rule matches by {option}, which this test cannot read")
