"""Functions and state machines."""

import json
import string

from infra.functions import SIZES
from infra.staging import handler_folders
from infra.state_machines import DEFINITIONS
from lineal_contract.roles import Role, StackOutput, policy_output, role_output
from tests.infra.templates import Assembly, listed, target, text

_CRASHES = {"Lambda.Unknown", "Sandbox.Timedout", "Runtime.ExitError", "Runtime.OutOfMemory"}
"""A function whose process ended: all of its one transaction is done or nothing, so it is tried again."""


def test_there_is_a_function_for_every_handler(assembly: Assembly) -> None:
    assert sorted(assembly.functions()) == sorted(SIZES) == handler_folders()


def test_every_function_has_a_role_and_a_log_of_its_own(assembly: Assembly) -> None:
    functions = assembly.functions().values()
    roles = {target(function["Role"]) for function in functions}
    logs = {target(function["LoggingConfig"]["LogGroup"]) for function in functions}
    assert len(roles) == len(logs) == len(functions)
    assert {assembly.resources[log]["Type"] for log in logs} == {"AWS::Logs::LogGroup"}


def test_a_function_writes_no_log_but_its_own(assembly: Assembly) -> None:
    own = {target(f["Role"]): target(f["LoggingConfig"]["LogGroup"]) for f in assembly.functions().values()}
    for role, statement in assembly.statements():
        if role in own and any(action.startswith("logs:") for action in listed(statement["Action"])):
            assert text(statement["Resource"]) == f"<{own[role]}.Arn>"


def test_functions_run_where_their_wheels_are_built_for(assembly: Assembly) -> None:
    for function in assembly.functions().values():
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["arm64"]
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert "ReservedConcurrentExecutions" not in function


def test_functions_behind_the_api_give_up_before_it_does(assembly: Assembly) -> None:
    routed = {
        target(integration["IntegrationUri"])
        for integration in assembly.of_type("AWS::ApiGatewayV2::Integration").values()
    }
    for name in routed:
        assert assembly.resources[name]["Properties"]["Timeout"] < 30


def test_no_two_functions_have_the_same_code(assembly: Assembly) -> None:
    keys = [function["Code"]["S3Key"] for function in assembly.functions().values()]
    assert len(set(keys)) == len(keys)


def test_the_machines_are_the_files_with_everything_filled_in(assembly: Assembly) -> None:
    files = {path.read_text() for path in DEFINITIONS.glob("*.asl.json")}
    machines = assembly.of_type("AWS::StepFunctions::StateMachine").values()
    assert {machine["DefinitionString"] for machine in machines} == files
    for machine in machines:
        filled = string.Template(machine["DefinitionString"].replace("$.", "$$.").replace("$$$", "$$$$"))
        wanted = {name for name in filled.get_identifiers() if name[0].isupper()}
        assert wanted == set(machine["DefinitionSubstitutions"])


def test_a_machine_runs_the_steps_it_may_invoke(assembly: Assembly) -> None:
    steps = assembly.function_ids()
    outputs = assembly.template["Outputs"]
    for name, folder in (
        ("Approval", "approval_steps"),
        ("Decide", "console_decisions"),
        ("Deployment", "deployment_steps"),
        ("Registration", "registration_steps"),
    ):
        machine = assembly.resource(outputs[f"{name}WorkflowArn"]["Value"])["Properties"]
        assert target(machine["DefinitionSubstitutions"]["StepsArn"]) == steps[folder]
        role = target(machine["RoleArn"])
        invoked = [
            statement["Resource"]
            for owner, statement in assembly.statements()
            if owner == role and "lambda:InvokeFunction" in listed(statement["Action"])
        ]
        assert [target(resource) for resource in invoked] == [steps[folder]]


def test_executions_are_logged_without_the_tokens_in_their_data(assembly: Assembly) -> None:
    for machine in assembly.of_type("AWS::StepFunctions::StateMachine").values():
        assert machine["StateMachineType"] == "STANDARD"
        assert machine["TracingConfiguration"] == {"Enabled": True}
        assert machine["LoggingConfiguration"]["Level"] == "ALL"
        assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_every_task_is_retried_within_bounds() -> None:
    for path in DEFINITIONS.glob("*.asl.json"):
        tasks = [s for s in json.loads(path.read_text())["States"].values() if s["Type"] == "Task"]
        assert tasks
        for task in tasks:
            (retry,) = task["Retry"]
            assert {"ContentionError", "UnavailableError", "Lambda.ServiceException", *_CRASHES} < set(
                retry["ErrorEquals"]
            )
            assert retry["JitterStrategy"] == "FULL"
            assert 0 < retry["MaxAttempts"] < 10
            assert "TimeoutSeconds" in task or "TimeoutSecondsPath" in task


def test_the_outputs_are_those_of_the_contract(assembly: Assembly) -> None:
    named = {policy_output(duty) for duty in Role} | {role_output(duty) for duty in Role}
    assert set(assembly.template["Outputs"]) == set(StackOutput) | named
