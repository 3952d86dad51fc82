"""`lineal doctor`: each thing that can be wrong is found, named, and told with what to do."""

import json
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ProfileNotFound
from typer.testing import CliRunner

from lineal.cli import app
from lineal.doctor import Finding, Surroundings, Verdict, examine
from lineal.errors import ConnectionFailedError, PermissionDeniedError
from lineal.http.transport import Request, Response
from lineal.local import assembly
from lineal_contract.people import Actor, WhoAmI
from lineal_contract.release import RELEASE, line
from lineal_contract.tokens import new_secret

NOON = 1_767_268_800.0
DATE = "Thu, 01 Jan 2026 12:00:00 GMT"
ADA = "arn:aws:iam::123456789012:user/ada"


class Wire:
    """Answers every request alike."""

    def __init__(self, answer: Response | Exception) -> None:
        self.answer = answer
        self.asked: list[Request] = []

    def send(self, request: Request) -> Response:
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def somebody(person: str | None = "ada") -> Callable[[], WhoAmI]:
    return of_release(RELEASE, person)


def of_release(release: str | None, person: str | None = "ada") -> Callable[[], WhoAmI]:
    actor = Actor(principal=ADA, person=person)
    return lambda: WhoAmI(actor=actor, account="123456789012", project="p", release=release)


def refused() -> WhoAmI:
    raise PermissionDeniedError("Forbidden", status=403, code="forbidden")


@pytest.fixture
def here(tmp_path: Path) -> Surroundings:
    """Surroundings without fault."""
    return Surroundings(
        api_url="https://api.test",
        project="p",
        session=lambda: boto3.Session("AKIAEXAMPLE", "secret", region_name="eu-west-1"),
        wire=Wire(Response(403, {"date": DATE})),
        who_am_i=somebody(),
        spool=tmp_path / "spool",
        now=lambda: NOON,
    )


def found(here: Surroundings) -> dict[str, Finding]:
    return {finding.check: finding for finding in examine(here)}


def verdicts(here: Surroundings) -> dict[str, Verdict]:
    return {check: finding.verdict for check, finding in found(here).items()}


def no_session() -> boto3.Session:
    raise ProfileNotFound(profile="nobody")


def test_where_all_is_well_nothing_is_to_do(here: Surroundings) -> None:
    findings = found(here)
    assert {f.verdict for f in findings.values()} == {Verdict.OK}
    assert {f.advice for f in findings.values()} == {None}
    assert "secret" not in str(findings)
    assert not here.spool.exists()


@pytest.mark.parametrize(
    ("change", "check", "advice"),
    [
        ({"api_url": None}, "settings", "LINEAL_API_URL"),
        ({"api_url": "api.test"}, "settings", "https://"),
        ({"project": None}, "settings", "LINEAL_PROJECT"),
        ({"session": no_session}, "credentials", "AWS_PROFILE"),
        ({"session": lambda: boto3.Session(region_name="eu-west-1")}, "credentials", "aws sso login"),
        ({"session": lambda: boto3.Session("key", "secret")}, "region", "AWS_REGION"),
        ({"wire": Wire(ConnectionFailedError("no answer"))}, "reachable", "HTTPS_PROXY"),
        ({"wire": Wire(Response(502))}, "reachable", "logs"),
        ({"now": lambda: NOON + 301}, "clock", "NTP"),
        ({"now": lambda: NOON - 301}, "clock", "NTP"),
        ({"who_am_i": refused}, "permissions", "DataScientistPolicyArn"),
    ],
)
def test_what_is_broken_is_told_with_the_way_to_mend_it(
    here: Surroundings, change: dict[str, object], check: str, advice: str
) -> None:
    finding = found(replace(here, **change))[check]  # type: ignore[arg-type]
    assert finding.verdict is Verdict.FAILED
    assert advice in (finding.advice or "")


@pytest.mark.parametrize(
    ("change", "check", "advice"),
    [
        ({"now": lambda: NOON + 90}, "clock", "NTP"),
        ({"who_am_i": of_release("0.0.9")}, "release", "lineal deploy-stack"),
        ({"who_am_i": of_release("99.0.0")}, "release", "pip install -U lineal"),
        ({"who_am_i": somebody(None)}, "permissions", f"people add NAME --identity {ADA}"),
    ],
)
def test_what_stops_nothing_is_a_warning(
    here: Surroundings, change: dict[str, object], check: str, advice: str
) -> None:
    finding = found(replace(here, **change))[check]  # type: ignore[arg-type]
    assert finding.verdict is Verdict.WARNING
    assert advice in (finding.advice or "")


def test_a_local_stack_that_is_down_is_told_as_one(here: Surroundings) -> None:
    down = replace(here, api_url="http://127.0.0.1:1/x", wire=Wire(ConnectionFailedError("refused")))
    assert "lineal local up" in (found(down)["reachable"].advice or "")


def test_without_an_address_nothing_is_asked(here: Surroundings) -> None:
    wire = Wire(Response(200))
    outcome = verdicts(replace(here, api_url=None, wire=wire, who_am_i=refused))
    assert {outcome[check] for check in ("reachable", "clock", "permissions")} == {Verdict.SKIPPED}
    assert wire.asked == []


def test_permissions_rest_on_what_comes_before(here: Surroundings) -> None:
    finding = found(replace(here, session=no_session, who_am_i=refused))["permissions"]
    assert finding.verdict is Verdict.SKIPPED
    assert "credentials" in finding.detail


def test_an_answer_without_the_time_leaves_the_clock_open(here: Surroundings) -> None:
    for headers in ({}, {"date": "noon"}):
        assert verdicts(replace(here, wire=Wire(Response(403, headers))))["clock"] is Verdict.SKIPPED


def test_a_spool_that_is_no_folder_cannot_be_written_to(here: Surroundings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    finding = found(replace(here, spool=tmp_path / "file" / "spool"))["spool"]
    assert finding.verdict is Verdict.FAILED
    assert "LINEAL_SPOOL_DIR" in (finding.advice or "")


def test_the_local_stack_is_nobodys_duty(here: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "find_spec", lambda name: None)
    finding = found(here)["local stack"]
    assert finding.verdict is Verdict.SKIPPED
    assert 'pip install "lineal[local]"' in (finding.advice or "")


class TestCommand:
    def test_it_names_everything_and_fails_where_something_is_missing(self) -> None:
        result = CliRunner().invoke(app, ["doctor"])
        assert result.exit_code == 1
        for check in ("versions", "settings", "credentials", "region", "clock", "spool"):
            assert check in result.stdout

    def test_as_json(self) -> None:
        result = CliRunner().invoke(app, ["doctor", "--json"])
        document = json.loads(result.stdout)
        assert result.exit_code == 1
        assert document["healthy"] is False
        assert {"check", "verdict", "detail", "advice"} == set(document["findings"][0])


def test_a_token_takes_the_place_of_credentials(here: Surroundings) -> None:
    secret = new_secret()
    seen = found(replace(here, token=secret, session=no_session))
    assert (seen["credentials"].verdict, seen["permissions"].verdict) == (Verdict.OK, Verdict.OK)
    assert "region" not in seen
    assert secret not in str(seen)


def test_half_a_token_is_found_before_it_is_sent(here: Surroundings) -> None:
    secret = new_secret()[:-1]
    seen = found(replace(here, token=secret))
    assert (seen["credentials"].verdict, seen["permissions"].verdict) == (Verdict.FAILED, Verdict.SKIPPED)
    assert secret not in str(seen)


def test_a_stack_that_does_not_tell_its_release_is_no_fault(here: Surroundings) -> None:
    assert verdicts(replace(here, who_am_i=of_release(None)))["release"] is Verdict.SKIPPED


def test_the_release_is_the_packages_version() -> None:
    root = Path(__file__).parents[3]
    assert tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"] == RELEASE
    assert (line("0.1.9"), line("1.4.0"), line("0.2.0")) == (line("0.1.0"), line("1.0.0"), (0, 2))
