"""The registry through the public SDK and the command line, on the real template."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import lineal
from lineal.cli import app
from lineal.cli.exit_codes import ExitCode
from lineal.local import Identity
from lineal_contract.lifecycle import VersionStatus
from lineal_contract.problems import ProblemCode
from lineal_contract.roles import StackOutput
from tests.e2e.conftest import World
from tests.patience import PATIENCE

CLIENTS = 8


def command(world: World, *words: str) -> Result:
    return CliRunner().invoke(app, list(words), obj=lambda: world.scientist)


def test_a_version_has_many_names_and_one_identity(world: World) -> None:
    first = world.version("m", mae=50.0)
    bumped = world.scientist.models.register(
        "m", first.artifact, run_id=first.run_id or "", bump="auto", commit="c0ffee" + "1" * 34
    )
    assert (bumped.version, bumped.semver) == (2, "1.0.0")
    bumped.set_alias("challenger", reason="a test")
    for name in ("m@2", "m@v2", "m@1.0.0", "m@challenger", "m@latest", "m@c0ffee1", "models:/m/2"):
        assert world.auditor.models.at(name).version == 2, name
    with pytest.raises(lineal.ConflictError):
        world.scientist.models.register("m", first.artifact, run_id=first.run_id or "", semver="1.0.0")
    shown = command(world, "models", "show", "m", "--commit", "c0ffee1")
    assert (shown.exit_code, "challenger" in shown.output) == (ExitCode.OK, True)


def test_clients_at_once_get_each_number_and_each_semantic_version_once(world: World) -> None:
    first = world.version("m", mae=50.0)

    def register(_: int) -> tuple[int, str | None]:
        made = world.scientist.models.register("m", first.artifact, run_id=first.run_id or "", bump="patch")
        return made.version, made.semver

    with ThreadPoolExecutor(CLIENTS) as clients:
        made = list(clients.map(register, range(CLIENTS)))
    assert sorted(number for number, _ in made) == list(range(2, CLIENTS + 2))
    assert dict(made) == {number: f"0.0.{number - 1}" for number in range(2, CLIENTS + 2)}
    assert world.auditor.audit.verify("m").ok


def test_an_alias_that_all_move_at_once_has_one_holder(world: World) -> None:
    first = world.version("m", mae=50.0)
    for _ in range(3):
        world.scientist.models.register("m", first.artifact, run_id=first.run_id or "")
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda n: world.scientist.models.set_alias("m", "hot", n), [1, 2, 3, 4] * 2))
    holders = [v.version for v in world.auditor.models.versions("m") if "hot" in v.aliases]
    assert holders == [world.auditor.models.get("m").aliases["hot"]]
    moved = [r.details for r in world.auditor.audit.records("m") if r.action == "alias.moved"]
    assert [m["previous"] for m in moved[1:]] == [m["version"] for m in moved[:-1]]


def test_files_from_outside_become_a_version(world: World, tmp_path: Path) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "model.onnx").write_bytes(b"a model")
    made = lineal.register_files("m", tmp_path / "vendor", source="vendor 7", client=world.scientist)
    assert (made.origin, [entry.path for entry in made.manifest]) == ("outside", ["model.onnx"])
    trace = made.trace(verify=True)
    assert (trace.run, bool(trace.verified)) == (None, True)
    refused = made.promote("production", reason="try").wait(timeout=PATIENCE)
    assert refused.status == "refused"


def test_rules_keep_hands_off_the_champion(world: World) -> None:
    version = world.version("m", mae=50.0)
    refused = command(world, "aliases", "set", "m@1", "champion")
    assert (refused.exit_code, "lineal promote m@1 --to production" in refused.output) == (
        ExitCode.REFUSED,
        True,
    )
    with pytest.raises(lineal.ConflictError) as error:
        version.set_alias("champion")
    assert error.value.code == ProblemCode.APPROVAL_REQUIRED


def test_a_renamed_model_keeps_its_versions_and_its_trail(world: World, tmp_path: Path) -> None:
    world.version("draft", mae=50.0).set_alias("blue")
    assert command(world, "models", "rename", "draft", "final").exit_code == ExitCode.OK
    assert world.scientist.models.rename("draft", "final").formerly == ("draft",)
    with pytest.raises(lineal.NotFoundError, match="renamed to 'final'"):
        world.scientist.models.get("draft")
    pulled = command(world, "pull", "final@blue", "--to", str(tmp_path / "at"))
    assert pulled.exit_code == ExitCode.OK, pulled.output
    found = world.auditor.audit.verify("final")
    assert (found.ok, found.earlier) == (True, ("draft",))
    world.scientist.models.promote("final", 1, "production", reason="better")
    with pytest.raises(lineal.ConflictError, match="approval"):
        world.scientist.models.rename("final", "draft")


def test_a_version_in_use_is_not_retired(world: World) -> None:
    version = world.version("m", mae=50.0)
    world.live(version)
    world.scientist.consumers.add("m", "champion", name="scoring", contact="ops@example.com")
    refused = command(world, "versions", "retire", "m@1", "--reason", "old")
    assert refused.exit_code == ExitCode.REFUSED
    for user in ("endpoint m", "alias champion", "consumer scoring"):
        assert user in refused.output
    other = world.version("m", mae=49.0)
    world.scientist.consumers.add("m", other.version, name="nightly")
    with pytest.raises(lineal.ConflictError, match="consumer nightly"):
        other.retire("wrong data")
    world.scientist.consumers.remove("m", "nightly")
    assert other.retire("wrong data").status is VersionStatus.RETIRED
    with pytest.raises(lineal.ConflictError, match="retired"):
        other.promote("production", reason="try")


def test_a_deleted_model_comes_back_under_new_numbers(world: World) -> None:
    first = world.version("m", mae=50.0)
    world.scientist.models.delete("m")
    with pytest.raises(lineal.NotFoundError):
        first.refresh()
    with pytest.raises(lineal.NotFoundError):
        first.promote("production", reason="it is gone")
    assert world.version("m", mae=40.0).version == 2
    assert world.auditor.audit.verify("m").ok


def test_overwriting_or_deleting_a_key_leaves_a_versions_bytes(world: World, tmp_path: Path) -> None:
    version = world.version("m", mae=50.0)
    stored, s3 = version.manifest[0].object, world.root("s3")
    s3.put_object(Bucket=stored.bucket, Key=stored.key, Body=b"something else")
    s3.delete_object(Bucket=stored.bucket, Key=stored.key)
    assert version.verify().ok
    path = world.scientist.artifacts.download(stored.digest, tmp_path / "model.onnx")
    assert path.stat().st_size == stored.size


def test_a_device_follows_an_alias_and_never_holds_half_a_version(world: World, tmp_path: Path) -> None:
    first = world.version("m", mae=50.0, weight=1.0)
    second = world.version("m", mae=40.0, weight=2.0)
    first.set_alias("edge")
    device = world.as_(Identity.AUDITOR)
    at_first = lineal.pull("m@edge", tmp_path, client=device)
    assert (at_first.version, at_first.changed) == (1, True)
    bytes_of_first = (at_first.path / "model.onnx").read_bytes()
    assert not lineal.pull("m@edge", tmp_path, client=device).changed
    _, etag = device.models.pull("m@edge")
    assert device.models.pull("m@edge", etag=etag) == (None, etag)

    second.set_alias("edge")
    updated = lineal.pull("m@edge", tmp_path, client=device)
    assert (updated.version, updated.changed) == (2, True)
    assert (tmp_path / "previous" / "model.onnx").read_bytes() == bytes_of_first
    bytes_of_second = (tmp_path / "current" / "model.onnx").read_bytes()
    assert bytes_of_second != bytes_of_first

    (tmp_path / "current").unlink()
    assert lineal.pull("m@edge", tmp_path, client=device).changed
    assert (tmp_path / "current" / "model.onnx").read_bytes() == bytes_of_second
    pulled = command(world, "pull", "m@1", "--to", str(tmp_path / "other"), "--json")
    assert (pulled.exit_code, '"changed": true' in pulled.output) == (ExitCode.OK, True)
    assert command(world, "pull", "m@nobody", "--to", str(tmp_path)).exit_code == ExitCode.NOT_FOUND
    assert (tmp_path / "current" / "model.onnx").read_bytes() == bytes_of_second


def test_what_is_taken_away_is_told_to_programs_too(world: World) -> None:
    world.version("m", mae=50.0).set_alias("challenger")
    without = json.loads(command(world, "aliases", "remove", "m", "challenger", "--json").stdout)
    assert (without["model"], "challenger" in without["aliases"]) == ("m", False)
    gone = json.loads(command(world, "consumers", "remove", "m", "nobody", "--json").stdout)
    assert gone == {"model": "m", "removed": "nobody"}
    deleted = json.loads(command(world, "models", "delete", "m", "--yes", "--json").stdout)
    assert deleted["model"] == "m"


def test_versions_are_found_across_models(world: World) -> None:
    world.version("a", mae=50.0)
    world.version("b", mae=40.0).set_alias("best")
    found = [v.model for v in world.auditor.models.find_versions("metrics.mae > 1", order_by="metrics.mae")]
    assert found == ["b", "a"]
    assert [m.model for m in world.auditor.models.list("attributes.alias = 'best'")] == ["b"]
    listed = command(world, "versions", "list", "--filter", "datasets.name = 'rows'")
    assert (listed.exit_code, "b" in listed.output) == (ExitCode.OK, True)
    with pytest.raises(lineal.InvalidRequestError, match="position"):
        list(world.auditor.models.find_versions("metrics.mae >"))


def test_a_card_is_shown_written_and_kept(world: World, tmp_path: Path) -> None:
    version = world.version("m", mae=50.0)
    (tmp_path / "card.md").write_text("## Intended use\nscreening\n\n## Licence\nMIT\n")
    written = command(world, "card", "set", "m@1", str(tmp_path / "card.md"))
    assert (written.exit_code, "revision 1" in written.output) == (ExitCode.OK, True)
    shown = command(world, "card", "show", "m@1", "--form", "markdown")
    assert "screening" in shown.output
    assert "> mae 50" in shown.output
    card = version.refresh().card
    assert card is not None
    assert card.filled == ("intended_use", "licence")


def test_a_pulled_version_is_signed_by_the_installations_key(world: World, tmp_path: Path) -> None:
    version = world.version("m", mae=50.0)
    pulled = lineal.pull("m@1", tmp_path, client=world.auditor)
    key = command(world, "models", "key")
    assert (tmp_path / "signing-key.pem").read_text() == key.output
    assert '"dsseEnvelope"' in (tmp_path / "model.sig").read_text()
    world.root("dynamodb").update_item(
        TableName=world.stack.outputs[StackOutput.REGISTRY_TABLE],
        Key={"PK": {"S": f"P#{world.project}#SIG#m"}, "SK": {"S": "000001"}},
        UpdateExpression="SET bundle = :b",
        ExpressionAttributeValues={":b": {"S": (tmp_path / "model.sig").read_text().replace("hint", "Hint")}},
    )
    (tmp_path / "pulled.json").unlink()
    assert lineal.pull("m@1", tmp_path, client=world.auditor).version == version.version
    (tmp_path / "signing-key.pem").write_text(another_key())
    (tmp_path / "pulled.json").unlink()
    before = (pulled.path / "model.onnx").read_bytes()
    with pytest.raises(lineal.IntegrityError, match="not signed by the key"):
        lineal.pull("m@1", tmp_path, client=world.auditor)
    assert (tmp_path / "current" / "model.onnx").read_bytes() == before


def another_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    return public.public_bytes(serialization.Encoding.PEM, form).decode()
