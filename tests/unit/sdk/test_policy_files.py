"""Files of promotion rules: what can be read, what is wrong with the rest, and which commit they are of."""

import json
import subprocess
from pathlib import Path

import pytest

from lineal.errors import InputError
from lineal.governance.policy_files import commit_of, read_policy
from lineal_contract.policies import Policy, Stage
from lineal_contract.schemas import policy_schema
from tests.unit.markdown import ROOT
from tests.unit.sdk.conftest import Cli

EXAMPLES = sorted((ROOT / "examples" / "policies").glob("*.toml"))
TOML = """
name = "p"
[stages.production]
approvals = 2
rules = [{ check = "evaluated", metrics = ["mae"] }]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_every_format_gives_the_same_rules(folder: Path) -> None:
    policy = read_policy(written(folder, "p.toml", TOML))
    assert policy.stages[Stage.PRODUCTION].approvals == 2
    document = {"$schema": "x.json"} | policy.model_dump(mode="json", exclude_none=True)
    for name in ("p.json", "p.yaml"):  # JSON is YAML too
        assert read_policy(written(folder, name, json.dumps(document))).digest() == policy.digest()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_are_rules_that_name_their_schema(path: Path) -> None:
    assert read_policy(path).stages[Stage.PRODUCTION].rules
    schema = path.read_text().splitlines()[0].removeprefix("#:schema ")
    assert json.loads((path.parent / schema).read_text()) == policy_schema()


def test_the_schema_takes_what_is_read_and_refuses_what_is_not() -> None:
    import jsonschema_rs

    schema = jsonschema_rs.validator_for(policy_schema())
    good = {"name": "p", "stages": {"production": {"rules": [{"check": "lineage_complete"}]}}}
    assert schema.is_valid(good)
    for path in EXAMPLES:
        assert schema.is_valid(json.loads(read_policy(path).model_dump_json(exclude_none=True)))
    assert not schema.is_valid(good | {"stages": {"production": {"rules": [{"check": "magic"}]}}})
    assert not schema.is_valid(good | {"surprise": 1})


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("p.toml", "name = ", "is not TOML"),
        ("p.json", "{", "is not JSON"),
        ("p.json", "[]", "holds no policy"),
        ("p.toml", TOML.replace('"evaluated"', '"magic"'), "stages.production.rules.0"),
        ("p.toml", TOML.replace("approvals = 2", "approvals = 11"), "stages.production.approvals"),
        ("p.toml", TOML.replace("approvals = 2", "approvals = true"), "stages.production.approvals"),
        ("p.toml", TOML.replace("approvals = 2", "approvals = nan"), "Out of range"),
        ("p.toml", TOML.replace("approvals = 2", "approvals = 2026-11-21"), "not JSON serializable"),
        ("p.toml", TOML.replace('["mae"]', "[]"), "name metrics, artifacts or both"),
        ("p.toml", TOML + "surprise = 1", "surprise"),
        ("p.json", "[" * 100_000, "nested too deep"),
        ("p.yaml", "!!python/object/apply:os.system [x]", "is not YAML"),
    ],
)
def test_what_is_wrong_is_named_with_the_file(folder: Path, name: str, text: str, said: str) -> None:
    path = written(folder, name, text)
    with pytest.raises(InputError, match=name) as wrong:
        read_policy(path)
    assert said in str(wrong.value)


def test_a_file_that_is_not_there_is_an_input_error(folder: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_policy(folder / "gone.toml")


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_rules_are_of_the_last_commit_that_changed_their_file(folder: Path) -> None:
    path = written(folder, "p.toml", TOML)
    assert commit_of(path) is None
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "rules")
    rules = git(folder, "rev-parse", "HEAD")
    written(folder, "other", "x")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "something else")
    assert commit_of(path) == rules
    path.write_text(TOML + "# a word\n")
    assert commit_of(path) is None
    assert commit_of(written(folder, "new.toml", TOML)) is None


def test_put_names_the_commit_and_can_insist_on_it(cli: Cli, folder: Path) -> None:
    path = written(folder, "p.toml", TOML)
    refused = cli("policy", "put", str(path), "--committed")
    assert (refused.exit_code, "differs from what is committed" in refused.stderr) == (2, True)
    assert cli("policy", "put", str(path)).exit_code == 0
    stored = json.loads(cli("policy", "put", str(path), "--commit", "a" * 40, "--json").stdout)
    assert stored["policy"]["commit"] == "a" * 40
    assert Policy.model_validate(stored["policy"]).digest() == read_policy(path).digest()


def test_check_names_every_wrong_file_and_needs_no_server(cli: Cli, folder: Path) -> None:
    good, bad = written(folder, "good.toml", TOML), written(folder, "bad.toml", "name = 1")
    shown = cli("policy", "check", str(good))
    assert (shown.exit_code, "policy p" in shown.stdout) == (0, True)
    wrong = cli("policy", "check", str(bad), str(good), str(folder / "gone.toml"))
    assert wrong.exit_code == 2
    assert [name in wrong.stderr for name in ("bad.toml", "gone.toml", "good.toml")] == [True, True, False]


def test_check_of_a_version_ends_with_what_the_rules_say(cli: Cli, folder: Path) -> None:
    path = str(written(folder, "p.toml", TOML))
    assert cli("policy", "check", path, "--model", "net", "--version", "1").exit_code == 0
    refused = cli("policy", "check", path, "--model", "net", "--version", "2")
    assert (refused.exit_code, "BROKEN: evaluated: mae" in refused.stdout) == (4, True)
    assert cli("policy", "check", path, "--model", "net").exit_code == 2


def test_backtest_shows_what_would_have_come_out_differently(cli: Cli, folder: Path) -> None:
    path = str(written(folder, "p.toml", TOML))
    shown = cli("policy", "backtest", path).stdout
    assert "1 of 2 would have come out differently" in shown
    assert ("not evaluated: mae" in shown, f"{1:032x}" in shown, f"{2:032x}" in shown) == (True, False, True)
    assert len(json.loads(cli("policy", "backtest", path, "--all", "--json").stdout)) == 2
