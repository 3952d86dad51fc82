"""Everything that can fail without a caller being told has an alarm, and the dashboard shows them all."""

import json

from lineal.cost import idle, load
from lineal_contract.roles import StackOutput
from tests.infra.templates import Assembly, target

_MAX_ALARMS = 20
"""Ten of them are free and ten more cost a dollar a month: the limit of what an idle stack may cost."""


def _watched(assembly: Assembly, metric: str) -> set[str]:
    """The logical ids that alarms on a metric are about; the empty text for one without dimensions."""
    return {
        target(dimension["Value"]) if dimension else ""
        for alarm in assembly.of_type("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == metric
        for dimension in alarm.get("Dimensions", [{}])
    }


def test_every_dead_letter_queue_has_an_alarm(assembly: Assembly) -> None:
    queues = assembly.of_type("AWS::SQS::Queue")
    ends = {name for name, queue in queues.items() if "RedrivePolicy" not in queue}
    assert _watched(assembly, "ApproximateNumberOfMessagesVisible") == ends


def test_every_workflow_has_an_alarm(assembly: Assembly) -> None:
    assert _watched(assembly, "ExecutionsFailed") == set(assembly.of_type("AWS::StepFunctions::StateMachine"))


def test_every_table_has_alarms_on_throttling(assembly: Assembly) -> None:
    for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
        assert _watched(assembly, metric) == set(assembly.of_type("AWS::DynamoDB::Table"))


def test_failing_requests_and_throttled_functions_have_alarms(assembly: Assembly) -> None:
    assert _watched(assembly, "5xx") == {target(assembly.template["Outputs"][StackOutput.API_ID]["Value"])}
    assert _watched(assembly, "Throttles") == {""}


def test_old_events_in_the_outbox_have_an_alarm_that_reads_what_the_sweep_writes(assembly: Assembly) -> None:
    (alarm,) = (
        each
        for each in assembly.of_type("AWS::CloudWatch::Alarm").values()
        if each["MetricName"] == "UnsentEventAge"
    )
    sweep = assembly.functions()["sweep"]["Environment"]["Variables"]
    assert alarm["Namespace"] == sweep["POWERTOOLS_METRICS_NAMESPACE"]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": sweep["POWERTOOLS_SERVICE_NAME"]}]


def test_alarms_tell_people_and_are_quiet_while_nothing_happens(assembly: Assembly) -> None:
    topic = target(assembly.template["Outputs"][StackOutput.ALARMS]["Value"])
    for alarm in assembly.of_type("AWS::CloudWatch::Alarm").values():
        assert [target(action) for action in alarm["AlarmActions"]] == [topic]
        assert alarm["TreatMissingData"] == "notBreaching"


def test_alarms_of_an_idle_stack_stay_within_a_dollar(assembly: Assembly) -> None:
    assert len(assembly.of_type("AWS::CloudWatch::Alarm")) == idle.ALARMS <= _MAX_ALARMS


def test_an_idle_month_of_the_default_stack_costs_a_dollar_at_most() -> None:
    assert idle.default_month(load()) <= 1


def test_there_is_one_dashboard_with_every_alarm_and_function(assembly: Assembly) -> None:
    (dashboard,) = assembly.of_type("AWS::CloudWatch::Dashboard").values()
    body = json.dumps(dashboard["DashboardBody"])
    for name in (*assembly.of_type("AWS::CloudWatch::Alarm"), *assembly.function_ids().values()):
        assert name in body
