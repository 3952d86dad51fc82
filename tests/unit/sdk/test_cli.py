import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

import lineal
from lineal import errors
from lineal.cli import app, main
from lineal.cli.exit_codes import EXPLAINED, ExitCode, exit_code_of
from lineal.cli.output import clean, print_facts
from lineal.client import Client
from lineal_contract.approvals import ApprovalStatus
from lineal_contract.audit import GENESIS, AuditRecord
from lineal_contract.lineage import FileFailure
from lineal_contract.policies import Policy
from lineal_contract.problems import ProblemCode
from lineal_contract.quotas import StoredQuota
from tests.unit.command_line import leaves, mistake
from tests.unit.sdk.conftest import Cli
from tests.unit.sdk.fake_server import ACTOR, FakeServer, Refusal


@pytest.fixture
def run(server: FakeServer, client: Client, tmp_path: Path) -> lineal.ActiveRun:
    """A finished run with everything, whose artifact `model` is version 1 of `net`."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "weights.bin").write_bytes(b"weights")
    (tmp_path / "m" / "config.json").write_bytes(b"{}")
    with lineal.run(experiment="e", name="first", params={"lr": 0.1}, tags={"t": "v"}, client=client) as run:
        run.log({"loss": 1.0})
        run.use_dataset("data", b"rows")
        run.log_artifact(tmp_path / "m", "model")
    lineal.register("net", "model", run=run, client=client)
    return run


@pytest.fixture
def approval_id(client: Client, run: lineal.ActiveRun) -> str:
    return client.models.version("net", 1).promote("production", reason="lower error").id


@pytest.mark.parametrize(
    "command",
    [
        "runs list", "runs show {run}", "metrics list {run}",
        "metrics show {run} loss", "metrics compare loss {run}",
        "models list", "models show net", "models show net 1",
        "register net --run {run} --artifact model", "promote net 1 --to staging --reason r",
        "approvals list", "approvals show {approval}", "approvals approve {approval}",
        "approvals reject {approval} --reason no", "endpoints list", "endpoints show live",
        "predict live --inputs [[1,2]]", "rollback live --to 1 --reason r", "trace live",
        "trace live --verify",
        "trace --model net --version 1", "whoami", "people list",
        "people add ada --name Ada --identity arn:aws:iam::1:user/ada", "policy show", "quota show",
        "quota set --runs none --points-per-day 5", "audit log net",
        "artifacts list {run}",
    ],
)  # fmt: skip
def test_every_command_speaks_to_people_and_to_programs(
    cli: Cli, run: lineal.ActiveRun, approval_id: str, command: str
) -> None:
    arguments = command.format(run=run.id, approval=approval_id).split()
    for_people, for_programs = cli(*arguments), cli(*arguments, "--json")
    assert (for_people.exit_code, for_programs.exit_code) == (0, 0), for_people.output
    json.loads(for_programs.stdout)
    assert for_people.stderr == for_programs.stderr == ""


def test_json_is_the_record_itself(cli: Cli, client: Client, run: lineal.ActiveRun) -> None:
    assert json.loads(cli("runs", "show", run.id, "--json").stdout) == client.runs.get(run.id).model_dump(
        mode="json"
    )
    listed = json.loads(cli("runs", "list", "--json").stdout)
    assert [r["run_id"] for r in listed] == [run.id]
    assert json.loads(cli("models", "show", "net", "--json").stdout)["versions"][0]["version"] == 1


def test_a_long_name_leaves_its_value_room(capsys: pytest.CaptureFixture[str]) -> None:
    print_facts([("k" * 250, "value")])
    assert "value" in capsys.readouterr().out


def test_a_run_that_is_shown_tells_it_all(cli: Cli, run: lineal.ActiveRun) -> None:
    shown = cli("runs", "show", run.id).stdout
    for fact in (run.id, "first", "finished", "param lr", "0.1", "dataset data", "artifact model", "ada"):
        assert fact in shown


def test_a_traced_tree_tells_it_all(
    cli: Cli, server: FakeServer, run: lineal.ActiveRun, approval_id: str
) -> None:
    shown = cli("trace", "live", "--verify").stdout
    version = server.versions["net"][0]
    for fact in (
        "endpoint live", "deployment", approval_id, "lower error", "rules of policy plain", "holds: complete",
        version.artifact_digest, version.manifest[0].object.digest, "version v-1", run.id, "lr = 0.1",
        "commit", "environment", "dataset data", "lineage 1 of 1", "verified: 2 files",
    ):  # fmt: skip
        assert fact in shown


def test_a_request_is_shown_beside_production(
    cli: Cli, server: FakeServer, run: lineal.ActiveRun, client: Client
) -> None:
    lineal.register("net", "model", run=run, client=client)
    first, second = server.versions["net"]
    server.versions["net"][1] = second.model_copy(update={"metrics": {"mae": first.metrics["mae"] - 0.75}})
    asked = client.models.version("net", 2).promote("production", reason="lower error")
    policy = asked.policy.model_copy(update={"commit": "c" * 40})
    record = server.approvals[asked.id]
    server.approvals[asked.id] = record.model_copy(update={"baseline_version": 1, "policy": policy})
    shown = cli("approvals", "show", asked.id).stdout
    for fact in (
        "PRODUCTION (1)",
        "-0.75",
        "version 1, then",
        f"#/{asked.project}/approvals/{asked.id}",
        "c" * 40,
    ):
        assert fact in shown
    assert cli("approvals", "show", asked.id, "--json").stdout.startswith("{")


def test_bytes_that_differ_are_named_and_exit_5(cli: Cli, server: FakeServer, run: lineal.ActiveRun) -> None:
    server.failures = (FileFailure(path="weights.bin", expected="0" * 64, found="1" * 64, detail="differ"),)
    result = cli("trace", "--model", "net", "--version", "1", "--verify")
    assert result.exit_code == ExitCode.NOT_VERIFIED
    assert "weights.bin does not match" in result.stderr
    document = json.loads(cli("trace", "--model", "net", "--version", "1", "--verify", "--json").stdout)
    assert document["verified"] is False
    assert [f["path"] for f in document["verification"]["failures"]] == ["weights.bin"]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (ApprovalStatus.APPLIED, ExitCode.OK),
        (ApprovalStatus.REFUSED, ExitCode.REFUSED),
        (ApprovalStatus.REJECTED, ExitCode.REFUSED),
        (ApprovalStatus.EXPIRED, ExitCode.REFUSED),
    ],
)
def test_promote_waits_for_the_outcome(
    cli: Cli, server: FakeServer, run: lineal.ActiveRun, status: ApprovalStatus, code: ExitCode
) -> None:
    server.statuses = [status]
    result = cli("promote", "net", "1", "--to", "production", "--reason", "r", "--wait", "--json")
    assert (result.exit_code, json.loads(result.stdout)["status"]) == (code, status)
    assert (f"net 1 is {status}" in result.stderr) == (code != ExitCode.OK)


def test_promote_stops_waiting(cli: Cli, run: lineal.ActiveRun) -> None:
    result = cli("promote", "net", "1", "--to", "production", "--reason", "r", "--wait", "--timeout", "0")
    assert result.exit_code == ExitCode.TIMED_OUT
    assert "still open" in result.stderr


def test_an_error_is_one_line_with_its_code(cli: Cli) -> None:
    result = cli("runs", "show", "0" * 32)
    assert result.exit_code == ExitCode.NOT_FOUND
    assert result.stdout == ""
    assert result.stderr == f"lineal: there is no run {'0' * 32} [not_found]\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (ProblemCode.FORBIDDEN, ExitCode.NOT_PERMITTED),
        (ProblemCode.SELF_APPROVAL, ExitCode.NOT_PERMITTED),
        (ProblemCode.DECIDED_OTHERWISE, ExitCode.REFUSED),
        (ProblemCode.NOT_PENDING, ExitCode.REFUSED),
        (ProblemCode.INVALID_REQUEST, ExitCode.USAGE),
        (ProblemCode.INTERNAL, ExitCode.ERROR),
    ],
)
def test_a_refused_decision_has_its_exit_code(
    cli: Cli, server: FakeServer, approval_id: str, code: ProblemCode, expected: ExitCode
) -> None:
    server.refusals["decide"] = Refusal(400, code, "no")
    result = cli("approvals", "approve", approval_id)
    assert (result.exit_code, result.stderr) == (expected, f"lineal: no [{code}]\n")


def test_every_error_has_an_exit_code_and_all_codes_are_explained() -> None:
    assert exit_code_of(errors.ConnectionFailedError("down")) is ExitCode.ERROR
    assert exit_code_of(errors.InputError("bad")) is ExitCode.USAGE
    assert exit_code_of(errors.IntegrityError("bad")) is ExitCode.NOT_VERIFIED
    assert all(f" {int(code)} " in EXPLAINED for code in ExitCode)


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"], ["runs", "list", "--status", "odd"], ["runs", "list", "--limit", "0"],
        ["promote", "net", "1", "--to", "The Moon", "--reason", "r"], ["promote", "net", "x"], ["trace"],
        ["trace", "live", "--model", "net"], ["predict", "live", "--inputs", "{"],
        ["predict", "live", "--inputs", "@missing.json"], ["predict", "live", "--inputs", '[["a"]]'],
        ["approvals", "reject", "0" * 32, "--reason", "x" * 2_001], ["policy", "put", "missing.json"],
        ["runs", "show", ".."],
    ],
)  # fmt: skip
def test_wrong_use_exits_2(cli: Cli, arguments: list[str]) -> None:
    result = cli(*arguments)
    assert result.exit_code == ExitCode.USAGE
    assert "Traceback" not in result.output


def test_without_an_address_it_says_so() -> None:
    result = CliRunner().invoke(app, ["whoami"], catch_exceptions=False)
    assert (result.exit_code, "LINEAL_API_URL" in result.stderr) == (ExitCode.ERROR, True)


def test_inputs_come_from_a_file_or_stdin(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text("[[1, 2]]")
    for result in (
        cli("predict", "live", "--inputs", f"@{tmp_path / 'rows.json'}", "--json"),
        cli("predict", "live", "--inputs", "-", "--json", input="[[1, 2]]"),
    ):
        assert json.loads(result.stdout)["outputs"] == [3.0]


def test_a_policy_is_put_in_force_from_a_file(cli: Cli, server: FakeServer, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text('{"name": "two eyes", "stages": {"production": {"approvals": 2}}}')
    assert "two eyes" in cli("policy", "put", str(file)).stdout
    assert server.policy.stages["production"].approvals == 2  # type: ignore[index]
    file.write_text('{"name": "two eyes", "stages": {"moon": {}}}')
    assert cli("policy", "put", str(file)).exit_code == ExitCode.USAGE


def test_stages_are_shown_and_those_that_go_are_named(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text('{"name": "p", "stages": {}, "moves": {"development": ["qa"], "qa": ["production"]}}')
    put = cli("policy", "put", str(file))
    assert "there is no stage staging any more" in put.stderr
    shown = cli("policy", "show").stdout
    assert "development qa production archived" in shown
    assert "from qa" in shown
    file.write_text('{"name": "p", "stages": {}, "moves": {"development": ["production"], "qa": []}}')
    checked = cli("policy", "check", str(file))
    assert (checked.exit_code, "from development to qa" in checked.stderr) == (ExitCode.USAGE, True)


@pytest.mark.parametrize("command", ["promote net@1", "policy check p.toml --model net --version 1"])
def test_the_shell_completes_the_project_s_own_stages(
    client: Client, server: FakeServer, command: str
) -> None:
    words = f"lineal {command} --to "
    asked = {"_LINEAL_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()))}

    def offered() -> list[str]:
        result = CliRunner().invoke(app, [], env=asked, prog_name="lineal", obj=lambda: client)
        return result.stdout.split()

    server.policy = Policy(name="p", moves={"development": ("qa",), "qa": ("production",)}, stages={})
    assert offered() == ["qa", "production"]
    server.refusals["get_policy"] = Refusal(403, ProblemCode.FORBIDDEN, "no")
    assert offered() == ["staging", "production"]


def test_without_an_api_the_shell_offers_the_built_in_stages() -> None:
    asked = {
        "_LINEAL_COMPLETE": "complete_bash",
        "COMP_WORDS": "lineal promote net@1 --to st",
        "COMP_CWORD": "4",
    }
    result = CliRunner().invoke(app, [], env=asked, prog_name="lineal")
    assert result.stdout.split() == ["staging"]


def test_a_quota_changes_where_it_is_told_to(cli: Cli, server: FakeServer) -> None:
    assert cli("quota", "set", "--runs", "none", "--points-per-day", "1_000").exit_code == 0
    assert (server.quota.runs, server.quota.points_per_day) == (None, 1_000)
    assert server.quota.stored_bytes == StoredQuota().stored_bytes
    for wrong in ("-1", "1e9", "٣", "many", str(2**60)):
        assert cli("quota", "set", f"--runs={wrong}").exit_code == ExitCode.USAGE


def test_the_audit_trail_is_printed(cli: Cli, server: FakeServer) -> None:
    server.audit = [
        AuditRecord(
            sequence=1, action="promoted", subject="net/1", actor=ACTOR, at=1, details={"to": "production"},
            previous=GENESIS, digest=GENESIS,
        )
    ]  # fmt: skip
    shown = cli("audit", "log", "net").stdout
    assert "promoted" in shown
    assert '{"to": "production"}' in shown


HOSTILE = "[red]x[/red] \x1b[31m\x07\x9b\u202e\n:smile: \x7f"


def test_what_others_wrote_reaches_no_terminal_raw(cli: Cli, client: Client) -> None:
    with lineal.run(name=HOSTILE, tags={"t": HOSTILE}, client=client) as run:
        pass
    for arguments in (["runs", "list"], ["runs", "show", run.id], ["runs", "show", run.id, "--json"]):
        shown = cli(*arguments).stdout
        assert not any(c in shown for c in "\x1b\x07\x9b\u202e\x7f")
        assert "[red]x[/red]" in shown
        assert ":smile:" in shown


def test_cleaning_keeps_what_can_be_seen() -> None:
    assert clean("naïve 模型 a\tb\u2028\ud800") == "naïve 模型 a\\tb\\u2028\\ud800"


NO_RECORDS = {"deploy-stack", "audit export", "local up", "local down", "local logs", "local env"}
"""Print what another program says, lines for other programs, or nothing."""


@pytest.mark.parametrize("command", [leaf.removeprefix("lineal ") for leaf in leaves()])
def test_every_command_has_help_with_an_example(cli: Cli, command: str) -> None:
    shown = cli(*command.split(), "--help").stdout
    example = re.search(r"Example: .*?lineal ([^)|>;]*)", " ".join(shown.split()))
    assert example is not None
    assert example[1].startswith(command)
    assert mistake(shlex.split(example[1]), whole=True) is None
    assert ("--json" in shown) == (command not in NO_RECORDS)


def test_the_help_explains_the_exit_codes(cli: Cli) -> None:
    assert "5 verification failed" in " ".join(cli("--help").stdout.split())


def test_the_shell_completes_commands() -> None:
    asked = {"_LINEAL_COMPLETE": "complete_bash", "COMP_WORDS": "lineal run", "COMP_CWORD": "1"}
    result = CliRunner().invoke(app, [], env=asked, prog_name="lineal")
    assert result.stdout.split() == ["runs"]


def test_the_unexpected_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise RuntimeError("odd\x1b[0m")

    monkeypatch.setattr("lineal.cli.app", broken)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == ExitCode.ERROR
    assert capsys.readouterr().err.startswith("lineal: unexpected RuntimeError: odd\\x1b[0m")
    monkeypatch.setenv("LINEAL_DEBUG", "1")
    with pytest.raises(RuntimeError):
        main()


def test_an_address_that_does_not_answer_is_told_with_what_to_do(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silence(*_: object) -> None:
        raise errors.ConnectionFailedError("no answer from api.test")

    monkeypatch.setattr(FakeServer, "send", silence)
    result = cli("models", "list")
    assert result.exit_code == ExitCode.ERROR
    assert "no answer from api.test" in result.stderr
    assert "lineal doctor" in result.stderr
