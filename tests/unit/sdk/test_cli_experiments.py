"""Experiments on the command line and in the SDK."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import lineal
from lineal.cli import app
from lineal.client import Client
from tests.unit.sdk.fake_server import FakeServer

Cli = Callable[..., Result]


@pytest.fixture
def cli(client: Client) -> Cli:
    def invoke(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(app, ["experiments", *arguments], obj=lambda: client, **options)

    return invoke


def test_an_experiment_is_made_and_shown(cli: Cli) -> None:
    assert cli("create", "a", "--note", "how\nit goes", "--tag", "team=risk").exit_code == 0
    shown = cli("show", "a").stdout
    assert "team=risk" in shown
    assert "how" in shown
    assert json.loads(cli("show", "a", "--json").stdout)["tags"] == {"team": "risk"}
    assert cli("show", "b").exit_code == 3


def test_all_pages_are_listed(client: Client, cli: Cli) -> None:
    for name in "abcde":
        client.experiments.create(name, tags={"size": 3})
    assert [each.name for each in client.experiments.list()] == list("abcde")
    listed = cli("list", "--limit", "3").stdout
    assert ("size=3" in listed, "d" in listed.split()) == (True, False)


def test_tags_are_set_and_removed(server: FakeServer, client: Client, cli: Cli) -> None:
    client.experiments.create("a", tags={"draft": "yes"})
    before = len(server.calls("PATCH", "experiments"))
    assert cli("tag", "a", "team=risk", "--remove", "draft").exit_code == 0
    assert len(server.calls("PATCH", "experiments")) == before + 1
    assert client.experiments.get("a").tags == {"team": "risk"}
    assert cli("tag", "a").exit_code == 2
    assert cli("tag", "a", "=x").exit_code == 2


def test_a_note_is_set_shown_and_removed(client: Client, cli: Cli) -> None:
    client.experiments.create("a")
    assert cli("note", "a", "-", input="# bold\n\x1b[31m**red**\n").exit_code == 0
    assert cli("note", "a").stdout == "# bold\n\\x1b[31m**red**\n"
    assert cli("note", "a", "--remove").exit_code == 0
    assert client.experiments.get("a").note == ""


def test_an_experiment_is_renamed_deleted_and_restored(client: Client, cli: Cli) -> None:
    client.experiments.create("a")
    assert cli("rename", "a", "b").exit_code == 0
    assert cli("delete", "b").exit_code == 0
    assert list(client.experiments.list()) == []
    assert "b" in cli("list", "--deleted").stdout.split()
    with pytest.raises(lineal.ConflictError):
        client.experiments.set_note("b", "x")
    assert cli("restore", "b").exit_code == 0
    assert [each.name for each in client.experiments.list()] == ["b"]


def test_what_cannot_be_is_refused_before_it_is_sent(server: FakeServer, client: Client) -> None:
    for name in ("", "line\nbreak", "x" * 251):
        with pytest.raises(lineal.InputError):
            client.experiments.create(name)
    client.experiments.create("a")
    sent = len(server.requests)
    with pytest.raises(lineal.InputError):
        client.experiments.set_note("a", "x" * 8_001)
    with pytest.raises(lineal.InputError):
        client.experiments.set_tags("a", {"\u202e": 1})
    assert len(server.requests) == sent
