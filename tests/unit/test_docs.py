"""The documentation says what the code does."""

import ast
import inspect
import json
import re
from pathlib import Path

import pytest

import lineal
from functions.http import STATUS
from lineal.cli.exit_codes import ExitCode
from lineal_contract.events import DATA_MODELS, DetailType, parse_detail
from lineal_contract.policies import Policy
from lineal_contract.problems import Problem
from lineal_contract.roles import Role
from lineal_contract.routes.table import ROUTES
from lineal_contract.rules import (
    BeatsProduction,
    CardComplete,
    DataFresh,
    DataValid,
    Evaluated,
    LineageComplete,
    MetricThreshold,
    Signed,
)
from tests.unit import markdown
from tests.unit.command_line import ROOT_COMMAND, leaves, mistake
from tests.unit.markdown import PAGES, ROOT

API, ACCESS, CLI, EVENTS, RULES = (
    ROOT / "docs" / f"{name}.md" for name in ("api", "access", "cli", "events", "promotion-rules")
)
README = ROOT / "README.md"
DECISIONS = ROOT / "docs" / "decisions"
WHAT_NAMES_MEAN = {"run": lineal.ActiveRun, "version": lineal.Version, "approval": lineal.Approval}


def readme_example() -> str:
    """The script of the README. Run it from a file: a script given to `-c` has no code in its lineage."""
    (example,) = markdown.blocks(README, "python")
    return example


def page_id(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


every_page = pytest.mark.parametrize("page", PAGES, ids=page_id)


@every_page
def test_commands_exist(page: Path) -> None:
    for words in markdown.commands(page):
        assert mistake(words, whole=True) is None, words
    for words in markdown.mentions(page):
        assert mistake(words, whole=False) is None, words


def test_a_wrong_command_would_be_noticed() -> None:
    assert mistake(["models", "destroy"], whole=False) == "no command destroy"
    assert mistake(["trace", "diabetes", "--prove"], whole=False) == "--prove is not known"
    assert mistake(["trace", "diabetes", "again"], whole=False) == "again is not known"
    assert mistake(["promote", "diabetes", "2", "--to", "staging"], whole=True) == "reason is missing"


def test_every_command_is_documented() -> None:
    text = CLI.read_text()
    grouped = {
        f"lineal local {name}" for name in ROOT_COMMAND.commands["local"].commands if f"`{name}`" in text
    }
    assert [leaf for leaf in leaves() if leaf not in text and leaf not in grouped] == []


def test_every_exit_code_is_documented() -> None:
    assert [int(code) for code, _ in markdown.rows(CLI, "Exit codes")[1:]] == [
        code.value for code in ExitCode
    ]


@every_page
def test_make_targets_exist(page: Path) -> None:
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    in_blocks = re.findall(r"^make ([a-z-]+)", "".join(markdown.blocks(page, "sh")), re.MULTILINE)
    in_text = [code.split()[1] for code in markdown.inline_code(page) if code.startswith("make ")]
    assert {*in_blocks, *in_text} <= known


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    for link in markdown.links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in markdown.anchors(target), link


@every_page
def test_json_is_json(page: Path) -> None:
    for block in markdown.blocks(page, "json"):
        json.loads(block)


def test_problem_codes_are_documented_with_their_status() -> None:
    documented = {
        code.strip("`"): int(status) for code, status, *_ in markdown.rows(API, "Problem codes")[1:]
    }
    assert documented == {code.value: status for code, status in STATUS.items()}


def test_the_sample_problem_is_one() -> None:
    (problem,) = markdown.blocks(API, "json")
    assert set(json.loads(problem)) == set(Problem.model_fields)
    Problem.model_validate_json(problem)


def test_routes_are_documented() -> None:
    documented = [[cell.strip("`") for cell in row] for row in markdown.rows(API, "Routes")[1:]]
    assert documented == [[route.method, route.path, route.summary] for route in ROUTES]


def test_of_every_change_it_is_documented_why_it_may_come_again() -> None:
    named = {
        name.strip("` ")
        for row in markdown.rows(API, "Repeating a request")[1:]
        for name in row[0].split(",")
    }
    assert named == {route.name for route in ROUTES if route.method != "GET" and not route.once}


def test_events_are_documented_with_their_data() -> None:
    documented = {row[0].strip("`"): re.findall(r"`(\w+)`", row[2]) for row in markdown.rows(EVENTS, "")[1:]}
    assert documented == {kind.value: list(model.model_fields) for kind, model in DATA_MODELS.items()}


def test_the_sample_event_is_one() -> None:
    sample = json.loads(markdown.blocks(EVENTS, "json")[0])
    parse_detail(DetailType.VERSION_STATE_CHANGED, sample)


def test_every_role_is_documented() -> None:
    assert markdown.rows(ACCESS, "Roles")[0][1:] == [role.value for role in Role]


RULE_MODELS = (
    MetricThreshold,
    BeatsProduction,
    Evaluated,
    LineageComplete,
    DataFresh,
    CardComplete,
    DataValid,
    Signed,
)


def test_every_rule_is_documented_with_its_fields() -> None:
    documented = markdown.rows(RULES, "Rules")[1:]
    for (check, fields, _), rule in zip(documented, RULE_MODELS, strict=True):
        assert check.strip("`") == rule.model_fields["check"].default
        assert set(rule.model_fields) - {"check"} <= set(re.findall(r"`(\w+)`", fields))


def test_the_sample_policy_is_one() -> None:
    (policy,) = markdown.blocks(RULES, "json")
    Policy.model_validate_json(policy)


@every_page
def test_python_uses_public_names(page: Path) -> None:
    for code in markdown.blocks(page, "python"):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                owner = lineal if node.value.id == "lineal" else WHAT_NAMES_MEAN.get(node.value.id)
                fields = getattr(owner, "model_fields", {})
                assert owner is None or node.attr in {*dir(owner), *fields}, ast.unparse(node)
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {
                f"lineal.{n}" for n in lineal.__all__
            }:
                taken = inspect.signature(getattr(lineal, ast.unparse(node.func)[7:])).parameters
                assert {k.arg for k in node.keywords} <= set(taken), ast.unparse(node)


def test_the_example_of_the_readme_is_a_script() -> None:
    example = readme_example()
    compile(example, "train.py", "exec")
    assert len(example.splitlines()) <= 20


def test_decisions_are_listed_dated_and_complete() -> None:
    records = [path for path in sorted(DECISIONS.glob("*.md")) if path.name != "README.md"]
    assert {path.name for path in records} == set(markdown.links(DECISIONS / "README.md"))
    for path in records:
        text = path.read_text()
        assert text.split("\n")[2].startswith(path.name[:10] + " · "), path.name
        for part in ("Context", "Decision", "Alternatives", "Consequences"):
            assert f"\n## {part}\n" in text, f"{path.name} has no {part}"


def test_decisions_that_change_one_another_say_so_both() -> None:
    below = {path.name: path.read_text().split("\n## Context\n")[0] for path in DECISIONS.glob("2*.md")}
    named = {(name, other) for name, text in below.items() for other in below if f"({other})" in text}
    assert {(other, name) for name, other in named} == named


def test_every_function_is_in_the_architecture() -> None:
    named = {row[0].strip("`") for row in markdown.rows(ROOT / "docs" / "architecture.md", "Functions")[1:]}
    assert named == {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}


def test_every_page_is_in_the_index_of_the_site() -> None:
    index = (ROOT / "docs" / "index.md").read_text().split()
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"index"}
    assert pages <= set(index)
