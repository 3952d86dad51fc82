"""An unmodified MLflow client against the real template: what scripts do, by token and by signature.

The client runs in processes of its own, so that another version can take its place: MLFLOW_PYTHON is the
interpreter that has it, as `make mlflow` sets it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

import lineal
from lineal.local import Identity
from lineal_contract.policies import Policy, Stage, StagePolicy
from tests.e2e.conftest import World
from tests.e2e.receiver import Receiver, receiver, until
from tests.patience import PATIENCE

__all__ = ["receiver"]

FLOWS = Path(__file__).with_name("mlflow_client") / "flows.py"
PYTHON = os.environ.get("MLFLOW_PYTHON", sys.executable)
AWS = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION")


def variables(world: World) -> dict[str, str]:
    """Return what `lineal local env` prints, and what a client needs besides."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    sources = {"PYTHONPATH": str(Path(lineal.__file__).parents[1])}
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2"}
    return kept | sources | quiet | world.stack.environment(Identity.SCIENTIST, world.project)


def by_token(world: World) -> dict[str, str]:
    """A client that has a token and no AWS credentials."""
    return {name: value for name, value in variables(world).items() if name not in AWS}


def signing(world: World, **how: str) -> dict[str, str]:
    """A client that has AWS credentials and no token; the local address has its dollar sign encoded."""
    given = {
        name: value for name, value in variables(world).items() if not name.startswith("MLFLOW_TRACKING")
    }
    address = f"{world.stack.api_url}/mlflow/{world.project}"
    return given | {"MLFLOW_TRACKING_URI": address} | how


def by(way: str, world: World) -> dict[str, str]:
    """A client that comes with a token, or with a signature of lineal's own signer."""
    if way == "token":
        return by_token(world)
    return with_plugin(signing(world, MLFLOW_TRACKING_AUTH="lineal"), world.folder)


def run(environment: Mapping[str, str], folder: Path, *arguments: str, python: str = PYTHON) -> str:
    """Run Python in a folder of its own and return what it prints."""
    done = subprocess.run(
        [python, "-W", "ignore", *arguments],
        env=dict(environment), cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def leave_aliases_free(world: World) -> None:
    """Rules for production alone: aliases and other stages are moved by hand."""
    rules = Policy(name="people", stages={Stage.PRODUCTION: StagePolicy(approvals=1)})
    world.as_(Identity.ADMIN).policies.put(rules)


def flows(environment: Mapping[str, str], folder: Path, *names: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(run(environment, folder, str(FLOWS), *names).splitlines()[-1])
    return said


def test_scripts_work_with_nothing_but_a_token(world: World) -> None:
    said = flows(by_token(world), world.folder, "experiments", "runs", "search", "models", "artifacts")
    assert said["artifacts"]["uri"].startswith("mlflow-artifacts:/")
    runs = world.scientist.runs
    outer = runs.get(said["runs"]["outer"])
    assert (outer.name, outer.experiment, outer.note) == ("renamed", "runs", "*noted*")
    assert outer.params == {"alpha": "0.1", "beta": "2"}
    assert [attempt.found.value for attempt in outer.attempts] == ["finished"]
    assert runs.get(said["runs"]["inner"]).parent_run_id == outer.run_id
    (trained,) = runs.search("datasets.name = 'rows' AND params.alpha = '0.1'")
    assert trained.run_id == said["models"]["run"]


def test_scripts_work_with_a_signature_and_keep_their_files_in_s3(world: World) -> None:
    environment = signing(world, MLFLOW_TRACKING_AUTH="lineal")
    said = flows(with_plugin(environment, world.folder), world.folder, "artifacts", "history")
    assert said["artifacts"]["uri"].startswith(f"s3://{world.stack.outputs['ArtifactsBucket']}/projects/")


def test_the_clients_own_signer_works_where_it_signs_rightly(world: World) -> None:
    environment = signing(world, MLFLOW_TRACKING_AWS_SIGV4="true")
    environment["MLFLOW_TRACKING_URI"] = environment["MLFLOW_TRACKING_URI"].replace("$", "%24")
    flows(environment, world.folder, "artifacts")


@pytest.mark.parametrize("way", ["token", "signature"])
def test_a_large_model_arrives_whole(world: World, way: str) -> None:
    """Always with some MB, more than pass through the server; `make mlflow` moves 300."""
    size = os.environ.get("PROOF_MODEL_MIB", "6")
    environment = by(way, world)
    leave_aliases_free(world)
    said = flows(environment | {"PROOF_MODEL_MIB": size}, world.folder, "large_model")
    assert said["large_model"] == {"bytes": int(size) * 2**20}


@pytest.mark.parametrize("way", ["token", "signature"])
def test_runs_of_lineals_own_client_are_runs_of_mlflow(world: World, way: str) -> None:
    with lineal.run(experiment="native", name="ours", params={"depth": 3}, client=world.scientist) as ours:
        ours.use_dataset("rows", b"1,2\n")
        ours.log({"mae": 2.5})
        folder = world.folder / "model"
        (folder / "data").mkdir(parents=True)
        (folder / "MLmodel").write_text("flavors: {}\n")
        (folder / "data" / "large.bin").write_bytes(b"\7" * 5_000_000)
        ours.log_artifact(folder)
        (world.folder / "d.json").write_text("{}")
        ours.log_artifact(world.folder / "d.json")
    code = (
        "import mlflow\n"
        "(run,) = mlflow.search_runs(experiment_names=['native'], output_format='list')\n"
        "print(run.info.run_id, run.info.run_name, run.info.status, run.data.params, run.data.metrics,\n"
        "      [each.dataset.name for each in run.inputs.dataset_inputs])\n"
        "c, at = mlflow.MlflowClient(), run.info.run_id\n"
        "print([(f.path, f.file_size) for f in c.list_artifacts(at)])\n"
        "print([f.path for f in c.list_artifacts(at, 'model')])\n"
        "got = mlflow.artifacts.download_artifacts(run_id=at)\n"
        "import pathlib\n"
        "print(sorted((p.name, p.stat().st_size) for p in pathlib.Path(got).rglob('*') if p.is_file()))\n"
        "c.create_registered_model('native')\n"
        "version = c.create_model_version('native', f'runs:/{at}/model', at)\n"
        "print(version.status, version.run_id == at)\n"
    )
    said = run(by(way, world), world.folder, "-c", code).splitlines()
    assert said[0].split(maxsplit=1) == [ours.id, "ours FINISHED {'depth': '3'} {'mae': 2.5} ['rows']"]
    assert said[1:] == [
        "[('d.json', 2), ('model', None)]",
        "['model/MLmodel', 'model/data']",
        "[('MLmodel', 12), ('d.json', 2), ('large.bin', 5000000)]",
        "READY True",
    ]
    (model,) = (a for a in world.scientist.runs.get(ours.id).artifacts if a.name == "model")
    assert world.scientist.models.version("native", 1).manifest == model.files


def test_models_are_registered_and_loaded_and_keep_their_bytes(world: World, receiver: Receiver) -> None:
    admin = world.as_(Identity.ADMIN)
    governed = admin.policies.get().policy
    leave_aliases_free(world)
    environment = by_token(world) | {"WEBHOOK_URL": receiver.url, "WEBHOOK_SECRET": receiver.secret}
    said = flows(environment, world.folder, "webhooks", "registry", "prompts")["registry"]
    version = world.scientist.models.version("ridge", "1")
    assert (version.run_id, version.stage.value, version.metrics) == (said["run"], "staging", {"mae": 1.5})
    assert "MLmodel" in {entry.path for entry in version.manifest}

    headers = {"Authorization": f"Bearer {world.stack.token(Identity.SCIENTIST, world.project)}"}
    root = f"{world.stack.api_url}/token/mlflow/{world.project}/api/2.0"

    def sent(method: str, at: str, **body: Any) -> requests.Response:
        return requests.request(method, f"{root}/{at}", headers=headers, timeout=30, **body)

    source = f"mlflow-artifacts/artifacts/{said['notes'].removeprefix('mlflow-artifacts:/')}/a.txt"
    pinned = "mlflow-artifacts/artifacts/_versions/ridge/3/a.txt"
    assert sent("PUT", source, data=b"changed").status_code == 200
    assert sent("GET", source).content == b"changed"
    got = sent("GET", pinned)
    assert (got.content, got.headers["x-content-type-options"]) == (b"not a model", "nosniff")
    assert got.headers["content-disposition"].startswith("attachment")
    assert sent("PUT", pinned, data=b"changed").status_code == 400

    admin.policies.put(governed)
    alias = {"name": "ridge", "alias": "champion", "version": "1"}
    refused = sent("POST", "mlflow/registered-models/alias", json=alias)
    assert (refused.status_code, refused.json()["error_code"]) == (403, "PERMISSION_DENIED")
    _check_heard(receiver)


def _check_heard(receiver: Receiver) -> None:
    """Every event has arrived, signed; the ones that the receiver failed on at first under the same id."""
    told = ("name", "version", "key", "alias")
    wanted = {
        ("registered_model.created", "ridge"), ("registered_model.created", "copied"),
        ("model_version.created", "ridge", "1"), ("model_version.created", "ridge", "2"),
        ("model_version.created", "ridge", "3"), ("model_version.created", "copied", "1"),
        ("model_version_alias.created", "ridge", "2", "champion"),
        ("model_version_alias.deleted", "ridge", "champion"),
        ("model_version_tag.set", "ridge", "1", "checked"), ("model_version_tag.set", "ridge", "1", "draft"),
        ("model_version_tag.deleted", "ridge", "1", "draft"),
        ("prompt.created", "ask"), ("prompt_version.created", "ask", "1"),
        ("prompt_version.created", "ask", "2"), ("prompt_alias.created", "ask", "1", "live"),
        ("prompt_alias.deleted", "ask", "live"), ("prompt_tag.set", "ask", "team"),
        ("prompt_tag.deleted", "ask", "team"), ("prompt_version_tag.set", "ask", "1", "checked"),
        ("prompt_version_tag.deleted", "ask", "1", "checked"),
    }  # fmt: skip

    def heard() -> set[tuple[str, ...]]:
        return {
            (f"{body['entity']}.{body['action']}", *(body["data"][n] for n in told if n in body["data"]))
            for body in receiver.bodies()
        }

    until(lambda: wanted <= heard(), lambda: f"not heard: {wanted - heard()}")
    assert receiver.failed and receiver.failed <= receiver.taken
    assert receiver.unsigned == 0


def test_every_method_of_the_client_is_answered(world: World, receiver: Receiver) -> None:
    leave_aliases_free(world)
    environment = by_token(world) | {"WEBHOOK_URL": receiver.url}
    methods = FLOWS.with_name("methods.py")
    assert json.loads(run(environment, world.folder, str(methods)).splitlines()[-1]) == []


def test_the_command_line_of_mlflow_works(world: World) -> None:
    environment = by_token(world)
    run(environment, world.folder, "-m", "mlflow", "experiments", "create", "-n", "by hand")
    assert "by hand" in run(environment, world.folder, "-m", "mlflow", "experiments", "search")


def test_a_token_of_one_project_or_of_a_reader_changes_nothing_elsewhere(world: World) -> None:
    stack = world.stack
    root = f"{stack.api_url}/token/mlflow"
    body = {"name": "x"}

    def status(identity: Identity, project: str, method: str, path: str, **more: Any) -> int:
        headers = {"Authorization": f"Bearer {stack.token(identity, world.project)}"}
        url = f"{root}/{project}/{path}"
        return requests.request(method, url, headers=headers, timeout=30, **more).status_code

    create, search = "api/2.0/mlflow/experiments/create", "api/2.0/mlflow/experiments/search"
    for prefix in ("api", "ajax-api"):
        twin = create.replace("api", prefix, 1)
        assert status(Identity.AUDITOR, world.project, "POST", twin, json=body) == 403
        assert status(Identity.SCIENTIST, "another", "POST", twin, json=body) == 403
    assert status(Identity.AUDITOR, world.project, "POST", search, json={}) == 200
    assert status(Identity.SCIENTIST, world.project, "POST", create, json=body) == 200
    disguised = "api/2.0/mlflow-artifacts/mpu/create/0/mlflow/experiments/search"
    assert status(Identity.AUDITOR, world.project, "POST", disguised, json={"path": "x"}) in (400, 403)
    assert requests.get(f"{root}/{world.project}/health", timeout=30).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "0/../../x",
        "0/%2e%2e/x",
        "0/%252e%252e/x",
        "0/..%5cx",
        "0//x",
        "0/x%00",
        "0/./x",
        "%2e%2e%2fobjects/ab",
    ],
)
@pytest.mark.parametrize("kind", ["artifacts", "presigned"])
def test_no_path_leads_out_of_the_project(world: World, kind: str, path: str) -> None:
    headers = {"Authorization": f"Bearer {world.stack.token(Identity.SCIENTIST, world.project)}"}
    root = f"{world.stack.api_url}/token/mlflow/{world.project}/api/2.0/mlflow-artifacts"
    prepared = requests.Request("GET", root, headers=headers).prepare()
    prepared.url = f"{root}/{kind}/{path}"  # as it stands: the library would put it right
    with requests.Session() as session:
        answer = session.send(prepared, timeout=30)
    assert answer.status_code in (400, 404)
    assert answer.json()["error_code"] in ("INVALID_PARAMETER_VALUE", "ENDPOINT_NOT_FOUND")


def with_plugin(environment: dict[str, str], folder: Path) -> dict[str, str]:
    """Let a client in another environment find the provider as it would in an installed wheel."""
    metadata = folder / "plugin" / "lineal_plugin-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: lineal-plugin\nVersion: 1.0\n")
    entry = "[mlflow.request_auth_provider]\nlineal = lineal.mlflow_plugin.auth:RequestAuthProvider\n"
    (metadata / "entry_points.txt").write_text(entry)
    return environment | {"PYTHONPATH": f"{environment['PYTHONPATH']}:{metadata.parent}"}
