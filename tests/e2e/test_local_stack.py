"""The local stack: who gets in, and how it comes up and goes down."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

import lineal
from lineal.cli.local import app
from lineal.client import Client
from lineal.errors import PermissionDeniedError
from lineal.http.transport import Request
from lineal.http.transport.http import HttpTransport
from lineal.local import DataDirectory, Identity, Stack, connect, running
from lineal.local.errors import CrashedError, DeployError, NotRunningError, PortInUseError
from lineal.local.lifecycle import Blueprint, start, stop
from lineal.local.logs import function_lines
from lineal.local.status import Condition, inspect
from lineal_contract.roles import Role, StackOutput, policy_output
from tests.patience import PATIENCE

HANDLER = """
import os

def handler(event, context):
    for record in event.get("Records", []):
        print("changed", record["dynamodb"]["Keys"]["PK"]["S"], flush=True)
    return {{"says": {says!r}, "pid": os.getpid()}}
"""


def statement(effect: str, service: str, action: str) -> dict[str, Any]:
    return {"Effect": effect, "Principal": {"Service": service}, "Action": action}


def stream_to_function() -> dict[str, Any]:
    """Return a table whose changes the function prints."""
    key = {"AttributeName": "PK"}
    table = {
        "TableName": "tiny",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{**key, "AttributeType": "S"}],
        "KeySchema": [{**key, "KeyType": "HASH"}],
        "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
    }
    mapping = {
        "FunctionName": {"Ref": "Function"},
        "EventSourceArn": {"Fn::GetAtt": ["Table", "StreamArn"]},
        "StartingPosition": "TRIM_HORIZON",
    }
    return {
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": table},
        "Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapping},
    }


class TinyApp:
    """An assembly written by hand: a function, a bucket and the outputs that the room asks for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blueprint = Blueprint(lambda: folder, "tiny", lambda state: None)
        self.write(says="one")

    def write(self, *, says: str, **more: dict[str, Any]) -> None:
        source = self.folder / f"asset.{says}" / "tiny"
        source.mkdir(parents=True, exist_ok=True)
        (source / "handler.py").write_text(HANDLER.format(says=says))
        place = {"bucketName": "assets-${AWS::AccountId}", "objectKey": f"{says}.zip"}
        asset = {"source": {"path": f"asset.{says}", "packaging": "zip"}, "destinations": {"here": place}}
        (self.folder / "tiny.assets.json").write_text(json.dumps({"files": {says: asset}}))
        (self.folder / "tiny.template.json").write_text(json.dumps(template(f"{says}.zip", more)))


def template(key: str, more: dict[str, Any]) -> dict[str, Any]:
    trust = {
        "Version": "2012-10-17",
        "Statement": [statement("Allow", "lambda.amazonaws.com", "sts:AssumeRole")],
    }
    allowed = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    code = {"S3Bucket": {"Fn::Sub": "assets-${AWS::AccountId}"}, "S3Key": key}
    resources: dict[str, Any] = {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "tiny-bucket"}},
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "tiny", "ProtocolType": "HTTP"}},
        "Policy": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": {"Version": "2012-10-17", "Statement": [allowed]}},
        },
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": "tiny",
                "Runtime": "python3.13",
                "Handler": "tiny.handler.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": code,
            },
        },
    }
    outputs = {StackOutput.API_ID: {"Value": {"Ref": "Api"}}}
    outputs |= {policy_output(role): {"Value": {"Ref": "Policy"}} for role in Role}
    return {"Resources": resources | more, "Outputs": outputs}


def root(stack: Stack, service: str) -> Any:
    return stack.root_session().client(service, endpoint_url=stack.endpoint_url)  # type: ignore[call-overload]


def invoke(stack: Stack) -> dict[str, Any]:
    answer: dict[str, Any] = json.load(root(stack, "lambda").invoke(FunctionName="tiny")["Payload"])
    return answer


def wait_for_log(stack: Stack, line: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while line not in function_lines(stack.state, "tiny", 1_000, follow=False):
        assert time.monotonic() < deadline, f"the function never printed {line!r}"
        time.sleep(0.05)


def send_unsigned(method: str, url: str) -> int:
    return HttpTransport().send(Request(method, url)).status


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")  # a zombie is dead, only not collected yet
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


@pytest.fixture
def tiny(tmp_path: Path) -> TinyApp:
    (tmp_path / "assembly").mkdir()
    return TinyApp(tmp_path / "assembly")


@pytest.fixture
def data(tmp_path: Path) -> Iterator[DataDirectory]:
    directory = DataDirectory.at(tmp_path / "data")
    yield directory
    if inspect(directory).condition not in (Condition.DOWN, Condition.CRASHED):
        stop(directory)


class TestWhoGetsIn:
    @pytest.mark.parametrize("identity", Identity)
    def test_each_identity_is_a_person(self, stack: Stack, identity: Identity) -> None:
        caller = Client(stack.api_url, stack.project, stack.session(identity)).people.me()
        assert caller.actor.principal.endswith(f":user/{identity}")
        assert caller.actor.person == identity

    def test_the_project_has_promotion_rules(self, stack: Stack) -> None:
        scientist = Client(stack.api_url, stack.project, stack.session(Identity.SCIENTIST))
        assert scientist.policies.get().ref.name == "starter"

    def test_a_role_has_its_own_duties_alone(self, stack: Stack) -> None:
        scientist = Client(stack.api_url, stack.project, stack.session(Identity.SCIENTIST))
        with pytest.raises(PermissionDeniedError):
            scientist.people.put("somebody", name="Somebody")

    @pytest.mark.parametrize("key", ["test", "000000000000", "AKIA0000000000000000"])
    def test_nobody_is_root_by_a_well_known_key(self, stack: Stack, key: str) -> None:
        session = boto3.Session(key, "test", region_name="us-east-1")
        with pytest.raises(PermissionDeniedError):
            Client(stack.api_url, stack.project, session).people.me()
        with pytest.raises(ClientError):
            session.client("dynamodb", endpoint_url=stack.endpoint_url).list_tables()
        with pytest.raises(ClientError):
            session.client("iam", endpoint_url=stack.endpoint_url).list_users()

    @pytest.mark.parametrize("path", ["/v1/projects/demo/whoami", "/v1/projects/demo/runs"])
    def test_an_unsigned_call_is_refused(self, stack: Stack, path: str) -> None:
        assert send_unsigned("GET", stack.api_url + path) in (401, 403)

    def test_nobody_can_wipe_it(self, stack: Stack) -> None:
        assert send_unsigned("POST", f"{stack.endpoint_url}/_ministack/reset") == 403
        tables = root(stack, "dynamodb").list_tables()["TableNames"]
        assert stack.outputs[StackOutput.RUNS_TABLE] in tables

    def test_an_identity_reaches_no_table_behind_the_api(self, stack: Stack) -> None:
        scientist = stack.session(Identity.SCIENTIST).client("dynamodb", endpoint_url=stack.endpoint_url)
        with pytest.raises(ClientError, match="AccessDenied"):
            scientist.scan(TableName=stack.outputs[StackOutput.REGISTRY_TABLE])


class TestCommands:
    def run(self, *arguments: str) -> Any:
        return CliRunner().invoke(app, list(arguments))

    def test_status_of_a_stack_that_is_up(self, stack: Stack) -> None:
        result = self.run("status", "--json", "--data", str(stack.data.root))
        facts = json.loads(result.stdout)
        assert result.exit_code == 0
        assert (facts["status"], facts["api_url"], facts["project"]) == ("up", stack.api_url, stack.project)

    def test_the_environment_works_in_a_shell(self, stack: Stack) -> None:
        printed = self.run("env", "--as", "approver", "--data", str(stack.data.root)).stdout
        code = "import lineal.client; print(lineal.client.Client().people.me().actor.person)"
        script = f"{printed}\n{shlex.join([sys.executable, '-c', code])}"
        clean = {"PATH": os.environ["PATH"], "AWS_PROFILE": "nobody", "AWS_SESSION_TOKEN": "old"}
        result = subprocess.run(
            ["/bin/sh", "-c", script], env=clean, check=True, capture_output=True, text=True
        )
        assert result.stdout.strip() == "approver"

    def test_the_logs_of_a_function(self, stack: Stack) -> None:
        result = self.run("logs", "--function", "admin", "--data", str(stack.data.root))
        assert result.exit_code == 0
        assert "REPORT RequestId" in result.stdout

    def test_the_logs_of_all_functions_tell_which_is_which(self, stack: Stack) -> None:
        result = self.run("logs", "--all", "-n", "10000", "--data", str(stack.data.root))
        assert result.exit_code == 0
        assert {"admin", "tracking"} <= {line.split()[0] for line in result.stdout.splitlines()}

    def test_an_unknown_function_is_told_with_the_known_ones(self, stack: Stack) -> None:
        result = self.run("logs", "--function", "nonsense", "--data", str(stack.data.root))
        assert result.exit_code == 1
        assert "Tracking" in result.stderr

    @pytest.mark.parametrize(("command", "code"), [("status", 3), ("env", 3), ("down", 0)])
    def test_a_stack_that_is_down_is_told(self, tmp_path: Path, command: str, code: int) -> None:
        result = self.run(command, "--data", str(tmp_path / "nothing"))
        assert result.exit_code == code
        assert "down" in result.output

    @pytest.mark.parametrize("command", ["up", "down", "status", "logs", "env"])
    def test_help_has_an_example(self, command: str) -> None:
        example = self.run(command, "--help").stdout.partition("Example:")[2]
        assert f"lineal local {command}" in example

    def test_a_port_in_use_is_told_before_anything_starts(self, stack: Stack, tmp_path: Path) -> None:
        data = tmp_path / "data"
        result = self.run("up", "--port", str(stack.state.port), "--data", str(data))
        assert result.exit_code == 1
        assert f"port {stack.state.port} is in use" in result.stderr
        assert not (data / "emulator.log").exists()

    def test_a_foreground_stack_ends_with_sigterm(self, data: DataDirectory) -> None:
        command = [sys.executable, "-c", "from lineal.cli.local import app; app()", "up", "--data", data.root]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert "lineal is up at" in process.stdout.readline()
            while "Ctrl-C" not in process.stdout.readline():
                pass
            emulator = connect(data.root).state.pid
            assert emulator is not None
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
        assert not is_alive(emulator)
        assert inspect(data).condition is Condition.DOWN


class TestUpAndDown:
    def test_what_was_there_comes_back(self, tiny: TinyApp, data: DataDirectory) -> None:
        with running(data.root, blueprint=tiny.blueprint) as first:
            root(first, "s3").put_object(Bucket="tiny-bucket", Key="kept", Body=b"bytes")
        with running(data.root, blueprint=tiny.blueprint) as second:
            assert root(second, "s3").get_object(Bucket="tiny-bucket", Key="kept")["Body"].read() == b"bytes"
            assert second.outputs == first.outputs
            assert second.state.identities == first.state.identities
            assert invoke(second)["says"] == "one"

    def test_streams_are_read_on_after_a_restart(self, tiny: TinyApp, data: DataDirectory) -> None:
        tiny.write(says="one", **stream_to_function())
        for key in ("before", "after"):
            with running(data.root, blueprint=tiny.blueprint) as stack:
                root(stack, "dynamodb").put_item(TableName="tiny", Item={"PK": {"S": key}})
                wait_for_log(stack, f"changed {key}")

    def test_a_stack_that_is_up_is_brought_up_to_date(self, tiny: TinyApp, data: DataDirectory) -> None:
        with running(data.root, blueprint=tiny.blueprint) as stack:
            assert invoke(stack)["says"] == "one"
            tiny.write(says="two")
            again = start(data, blueprint=tiny.blueprint)
            assert again.state.pid == stack.state.pid
            assert invoke(again)["says"] == "two"

    def test_no_process_is_left_behind(self, tiny: TinyApp, data: DataDirectory) -> None:
        with running(data.root, blueprint=tiny.blueprint) as stack:
            worker = invoke(stack)["pid"]
            assert is_alive(worker)
        assert not is_alive(worker)
        with pytest.raises(NotRunningError):
            connect(data.root)

    def test_a_crash_is_told_with_the_way_back(self, tiny: TinyApp, data: DataDirectory) -> None:
        stack = start(data, blueprint=tiny.blueprint)
        assert stack.process is not None
        stack.process.kill()
        stack.process.wait()
        found = inspect(data)
        assert found.condition is Condition.CRASHED
        assert "lineal local up" in found.advice
        with pytest.raises(CrashedError):
            stop(data)
        with running(data.root, blueprint=tiny.blueprint) as again:
            assert invoke(again)["says"] == "one"

    def test_two_stacks_live_side_by_side(self, tiny: TinyApp, tmp_path: Path) -> None:
        with (
            running(tmp_path / "a", blueprint=tiny.blueprint) as one,
            running(tmp_path / "b", blueprint=tiny.blueprint) as other,
        ):
            root(one, "s3").put_object(Bucket="tiny-bucket", Key="mine", Body=b"1")
            assert root(other, "s3").list_objects_v2(Bucket="tiny-bucket")["KeyCount"] == 0

    def test_lineal_runs_beside_itself(self, stack: Stack, tmp_path: Path) -> None:
        def runs(of: Stack) -> list[str]:
            client = Client(of.api_url, "beside", of.session(Identity.SCIENTIST))
            return [run.run_id for run in client.runs.search()]

        with running(tmp_path / "beside") as other:
            assert other.state.port != stack.state.port
            with lineal.run(client=Client(other.api_url, "beside", other.session(Identity.SCIENTIST))) as run:
                run.log({"mae": 1.0}, step=0)
            assert runs(other) == [run.id]
            assert runs(stack) == []

    def test_the_port_of_one_is_taken_for_another(self, tiny: TinyApp, tmp_path: Path) -> None:
        with running(tmp_path / "a", blueprint=tiny.blueprint) as one, pytest.raises(PortInUseError):
            start(DataDirectory.at(tmp_path / "b"), port=one.state.port, blueprint=tiny.blueprint)

    def test_a_template_that_cannot_be_deployed_says_why(self, tiny: TinyApp, data: DataDirectory) -> None:
        tiny.write(says="one", Strange={"Type": "AWS::Nothing::Known"})
        with pytest.raises(DeployError, match="AWS::Nothing::Known"):
            start(data, blueprint=tiny.blueprint)
        assert inspect(data).condition is Condition.DOWN

    def test_a_resource_that_fails_is_named_and_can_be_mended(
        self, tiny: TinyApp, data: DataDirectory
    ) -> None:
        mapping = {
            "FunctionName": {"Ref": "Function"},
            "EventSourceArn": {"Fn::GetAtt": ["Function", "Nothing"]},
        }
        tiny.write(says="one", Broken={"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapping})
        with pytest.raises(DeployError, match="Nothing"):
            start(data, blueprint=tiny.blueprint)
        tiny.write(says="one")
        with running(data.root, blueprint=tiny.blueprint) as stack:
            assert invoke(stack)["says"] == "one"
