"""The flows, each with asserts of its own: `python flows.py NAME...`, with MLFLOW_TRACKING_URI set.

Prints one JSON object of what each flow says, for a look from lineal's side.
"""

import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

Flow = Callable[[MlflowClient], Any]


def refused(code: str, call: Callable[[], Any]) -> str:
    """Call what must be refused with a code of MLflow's, and return the message."""
    try:
        call()
    except MlflowException as error:
        assert error.error_code == code, (error.error_code, str(error))
        return str(error)
    raise AssertionError(f"nothing was refused with {code}")


def experiments(c: MlflowClient) -> None:
    assert c.get_experiment("0").name == c.get_experiment_by_name("Default").name == "Default"
    first = c.create_experiment("an experiment", tags={"team": "a"})
    refused("RESOURCE_ALREADY_EXISTS", lambda: c.create_experiment("an experiment"))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: c.get_experiment("77"))
    refused("INVALID_PARAMETER_VALUE", lambda: c.create_experiment("x", artifact_location="s3://elsewhere/x"))
    assert c.get_experiment_by_name("nothing of this name") is None
    c.set_experiment_tag(first, "stage", "one")
    assert c.get_experiment(first).tags == {"team": "a", "stage": "one"}
    c.rename_experiment(first, "renamed")
    second = c.create_experiment("an experiment")
    assert {first, second, "0"} == {e.experiment_id for e in c.search_experiments()}
    c.delete_experiment(first)
    refused("INVALID_PARAMETER_VALUE", lambda: c.create_run(first))
    assert [e.name for e in c.search_experiments(view_type=ViewType.DELETED_ONLY)] == ["renamed"]
    c.restore_experiment(first)
    found = c.search_experiments(filter_string="name LIKE 'r%' AND tags.team = 'a'", order_by=["name ASC"])
    assert [e.experiment_id for e in found] == [first]
    page = c.search_experiments(max_results=2, order_by=["name"])
    rest = c.search_experiments(max_results=2, order_by=["name"], page_token=page.token)
    assert [e.name for e in (*page, *rest)] == ["Default", "an experiment", "renamed"]
    refused(
        "INVALID_PARAMETER_VALUE", lambda: c.search_experiments(max_results=2, page_token=page.token + "A")
    )


def runs(c: MlflowClient) -> dict[str, str]:
    mlflow.set_experiment("runs")
    with mlflow.start_run(run_name="outer", tags={"team": "a"}) as outer:
        mlflow.log_param("alpha", 0.1)
        mlflow.log_metrics({"mae": 1.5, "nan": math.nan, "inf": math.inf}, step=3)
        mlflow.set_tag("mlflow.note.content", "*noted*")
        with mlflow.start_run(nested=True) as inner:
            mlflow.log_params({"x": 1, "y z": "w"})
            mlflow.log_metric("mae", 2.0, synchronous=False)
            mlflow.log_params({"late": "1"}, synchronous=False)
        mlflow.flush_async_logging()
    run_id = outer.info.run_id
    run = c.get_run(run_id)
    assert (run.info.status, run.info.run_name, run.data.params) == ("FINISHED", "outer", {"alpha": "0.1"})
    assert run.data.metrics["mae"] == 1.5 and math.isnan(run.data.metrics["nan"])
    assert run.data.metrics["inf"] == math.inf
    assert run.data.tags["mlflow.note.content"] == "*noted*"
    child = c.get_run(inner.info.run_id)
    assert child.data.tags["mlflow.parentRunId"] == run_id
    assert (child.data.params, child.data.metrics) == ({"x": "1", "y z": "w", "late": "1"}, {"mae": 2.0})

    assert "alpha" in refused("INVALID_PARAMETER_VALUE", lambda: c.log_param(run_id, "alpha", "7"))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: c.get_run("0" * 32))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: c.delete_tag(run_id, "nothing"))
    refused("INVALID_PARAMETER_VALUE", lambda: c.log_metric(run_id, "k" * 251, 1.0))
    refused("INVALID_PARAMETER_VALUE", lambda: c.set_tag(run_id, "key", "v" * 8001))

    with mlflow.start_run(run_id=run_id):
        mlflow.log_param("beta", "2")
        mlflow.log_metric("mae", 1.0, step=4)
    c.update_run(run_id, name="renamed")
    c.delete_tag(run_id, "team")
    again = c.get_run(run_id)
    assert (again.data.params["beta"], again.data.metrics["mae"]) == ("2", 1.0)
    assert again.info.run_name == again.data.tags["mlflow.runName"] == "renamed"
    assert "team" not in again.data.tags
    c.delete_run(inner.info.run_id)
    assert c.get_run(inner.info.run_id).info.lifecycle_stage == "deleted"
    refused("INVALID_PARAMETER_VALUE", lambda: c.log_metric(inner.info.run_id, "mae", 1.0))
    c.restore_run(inner.info.run_id)
    return {"outer": run_id, "inner": inner.info.run_id}


def search(c: MlflowClient) -> None:
    mlflow.set_experiment("search")
    made = []
    for number in range(5):
        with mlflow.start_run(
            run_name=f"run {number}", tags={"kind": "odd" if number % 2 else "even"}
        ) as run:
            mlflow.log_param("depth", number)
            mlflow.log_metric("mae", float((number * 3) % 5))
        made.append(run.info.run_id)
    at = [c.get_experiment_by_name("search").experiment_id]

    def found(text: str, **more: Any) -> list[str]:
        return [run.info.run_name[-1] for run in c.search_runs(at, filter_string=text, **more)]

    assert found("") == list("43210")
    assert found("metrics.mae < 2 and tags.kind = 'even'", order_by=["metrics.mae ASC"]) == ["0", "2"]
    assert found("params.`depth` IN ('1', '3')", order_by=["params.depth DESC"]) == ["3", "1"]
    assert found("attributes.run_name LIKE 'run %' and attributes.status = 'FINISHED'") == list("43210")
    assert found("attributes.status != 'FINISHED'") == []
    assert found(f"attributes.run_id IN ('{made[1]}', '{made[2]}')") == ["2", "1"]
    assert found("tags.`mlflow.runName` = 'run 3'") == ["3"]
    for text in ("metrics.mae = 'x'", "params.depth > 1", "nothing.x = 1", "metrics.mae <", "a OR b"):
        refused("INVALID_PARAMETER_VALUE", lambda text=text: found(text))
    c.delete_run(made[0])
    assert found("") == list("4321")
    assert found("", run_view_type=ViewType.DELETED_ONLY) == ["0"]
    assert found("", run_view_type=ViewType.ALL) == list("43210")
    first = c.search_runs(at, max_results=3, order_by=["metrics.mae DESC"])
    rest = c.search_runs(at, max_results=3, order_by=["metrics.mae DESC"], page_token=first.token)
    assert [r.data.metrics["mae"] for r in (*first, *rest)] == [4.0, 3.0, 2.0, 1.0]
    refused("INVALID_PARAMETER_VALUE", lambda: c.search_runs(at, max_results=3, page_token=first.token))
    frame = mlflow.search_runs(experiment_names=["search"], order_by=["params.depth ASC"])
    assert list(frame["params.depth"]) == ["1", "2", "3", "4"]


def history(c: MlflowClient) -> None:
    run = c.create_run("0")
    now = int(time.time() * 1000)
    for start in range(0, 25_000, 1_000):
        batch = [Metric("loss", 1.0 / (step + 1), now + step, step) for step in range(start, start + 1_000)]
        for _ in range(2 if not start else 1):  # a repeated batch is the same one
            c.log_batch(run.info.run_id, metrics=batch)
    c.log_batch(
        run.info.run_id,
        params=[Param(f"p{n}", str(n)) for n in range(100)],
        tags=[RunTag(f"t{n}", str(n)) for n in range(100)],
    )
    points = c.get_metric_history(run.info.run_id, "loss")
    assert [p.step for p in points] == list(range(25_000))
    whole = c.get_run(run.info.run_id)
    assert whole.data.metrics == {"loss": 1.0 / 25_000}
    assert len(whole.data.params) == 100
    c.set_terminated(run.info.run_id, "KILLED")
    assert c.get_run(run.info.run_id).info.status == "KILLED"


def models(c: MlflowClient) -> dict[str, str]:
    import numpy as np
    import pandas as pd
    from sklearn.linear_model import Ridge

    mlflow.set_experiment("models")
    x = pd.DataFrame(np.random.default_rng(7).normal(size=(60, 3)), columns=["a", "b", "c"])
    y = x["a"] * 2 - x["c"]
    mlflow.sklearn.autolog()
    with mlflow.start_run() as run:
        model = Ridge(alpha=0.1).fit(x, y)
        mlflow.log_input(mlflow.data.from_pandas(x, name="rows"), context="training")
    mlflow.sklearn.autolog(disable=True)
    logged = c.get_run(run.info.run_id)
    assert logged.data.params["alpha"] == "0.1"
    assert "training_r2_score" in logged.data.metrics
    named = {i.dataset.name: i.dataset for i in logged.inputs.dataset_inputs}
    assert json.loads(named["rows"].profile)["num_rows"] == 60
    (made,) = logged.outputs.model_outputs
    for uri in (f"runs:/{run.info.run_id}/model", f"models:/{made.model_id}"):
        assert np.allclose(mlflow.sklearn.load_model(uri).predict(x), model.predict(x))
    found = mlflow.search_logged_models(
        experiment_ids=[logged.info.experiment_id],
        filter_string="metrics.training_r2_score > 0.1 AND params.alpha = '0.1'",
        output_format="list",
    )
    assert [m.model_id for m in found] == [made.model_id]
    assert str(found[0].status) == "READY"
    c.set_logged_model_tags(made.model_id, {"checked": "yes"})
    assert mlflow.get_logged_model(made.model_id).tags["checked"] == "yes"
    c.delete_logged_model_tag(made.model_id, "checked")
    other = mlflow.create_external_model(name="elsewhere", params={"p": "1"})
    c.delete_logged_model(other.model_id)
    refused("RESOURCE_DOES_NOT_EXIST", lambda: c.get_logged_model(other.model_id))
    return {"run": run.info.run_id, "model": made.model_id}


def artifacts(c: MlflowClient) -> dict[str, str]:
    with mlflow.start_run() as run, tempfile.TemporaryDirectory() as folder:
        run_id = run.info.run_id
        mlflow.log_text("<script>", "pages/a b%20c.html")
        mlflow.log_dict({"a": 1}, "d.json")
        mlflow.log_artifact(_file(folder, "empty", 0))
        mlflow.log_artifact(_file(folder, "large.bin", 9_000_000), "bins")
        listed = {f.path: f.file_size for f in c.list_artifacts(run_id)}
        assert listed == {"bins": None, "d.json": listed["d.json"], "empty": 0, "pages": None}
        assert [(f.path, f.file_size) for f in c.list_artifacts(run_id, "bins")] == [
            ("bins/large.bin", 9_000_000)
        ]
        got = mlflow.artifacts.download_artifacts(
            run_id=run_id, artifact_path="bins/large.bin", dst_path=folder
        )
        assert Path(got).read_bytes() == Path(folder, "large.bin").read_bytes()
        assert mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/d.json") == {"a": 1}
        assert Path(mlflow.artifacts.download_artifacts(run_id=run_id, dst_path=folder), "empty").exists()
    return {"run": run_id, "uri": run.info.artifact_uri}


def _file(folder: str, name: str, size: int) -> str:
    path = Path(folder, name)
    path.write_bytes(bytes(range(256)) * (size // 256) + b"\0" * (size % 256))
    return str(path)


def registry(c: MlflowClient) -> dict[str, Any]:
    import numpy as np
    from sklearn.linear_model import Ridge

    first, second = (Ridge(alpha=a).fit(np.eye(3), np.arange(3.0)) for a in (0.1, 9.0))
    with mlflow.start_run() as run:
        mlflow.log_metric("mae", 1.5)
        mlflow.sklearn.log_model(
            first, name="ridge", registered_model_name="ridge", serialization_format="cloudpickle"
        )
    with mlflow.start_run():
        info = mlflow.sklearn.log_model(second, name="ridge", serialization_format="cloudpickle")
        mlflow.log_text("not a model", "notes/a.txt")
        uri = mlflow.get_artifact_uri("notes")
    assert mlflow.register_model(info.model_uri, "ridge", tags={"kind": "second"}).version == "2"
    one = c.get_model_version("ridge", "1")
    assert (one.run_id, one.status, one.current_stage) == (run.info.run_id, "READY", "None")
    c.set_registered_model_alias("ridge", "champion", "2")
    c.transition_model_version_stage("ridge", "1", "Staging")
    for name, model in (("@champion", second), ("/1", first), ("/Staging", first), ("/latest", second)):
        loaded = mlflow.sklearn.load_model(f"models:/ridge{name}")
        assert np.allclose(loaded.predict(np.eye(3)), model.predict(np.eye(3))), name
    assert mlflow.pyfunc.load_model("models:/ridge@champion").metadata.model_id == info.model_id
    assert [v.version for v in c.get_latest_versions("ridge", ["Staging"])] == ["1"]
    assert "lineal promote" in refused(
        "PERMISSION_DENIED", lambda: c.transition_model_version_stage("ridge", "1", "Production")
    )
    c.set_model_version_tag("ridge", "1", "checked", "yes")
    c.set_model_version_tag("ridge", "1", "draft", "yes")
    c.delete_model_version_tag("ridge", "1", "draft")
    c.update_model_version("ridge", "1", description="the first")
    c.update_registered_model("ridge", description="ridges")
    c.set_registered_model_tag("ridge", "team", "a")
    found = c.search_model_versions("name = 'ridge' AND tags.checked = 'yes'")
    assert [(v.version, v.description) for v in found] == [("1", "the first")]
    newest = c.search_model_versions("name = 'ridge'", order_by=["version_number DESC"], max_results=1)
    rest = c.search_model_versions(
        "name = 'ridge'", order_by=["version_number DESC"], max_results=1, page_token=newest.token
    )
    assert [v.version for v in (*newest, *rest)] == ["2", "1"]
    (model,) = c.search_registered_models("name LIKE 'rid%' AND tags.team = 'a'")
    assert (model.name, model.description, model.aliases) == ("ridge", "ridges", {"champion": "2"})
    assert c.get_model_version_by_alias("ridge", "champion").version == "2"
    assert c.copy_model_version("models:/ridge/1", "copied").run_id == run.info.run_id

    for source in ("file:///etc", "http://169.254.169.254/x", "s3://elsewhere/x", f"{uri}/../../x"):
        refused("INVALID_PARAMETER_VALUE", lambda source=source: c.create_model_version("ridge", source))
    refused("INVALID_PARAMETER_VALUE", lambda: c.create_model_version("ridge", uri, run_id=run.info.run_id))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: c.create_model_version("ridge", f"{uri}/nothing"))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: c.create_model_version("no-model", uri))
    refused("RESOURCE_ALREADY_EXISTS", lambda: c.create_registered_model("ridge"))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: c.get_model_version("ridge", "9"))
    c.set_registered_model_alias("copied", "blue", "1")
    c.rename_registered_model("copied", "renamed")
    assert c.get_registered_model("renamed").aliases == {"blue": "1"}
    assert np.allclose(
        mlflow.sklearn.load_model("models:/renamed@blue").predict(np.eye(3)), first.predict(np.eye(3))
    )
    refused("RESOURCE_DOES_NOT_EXIST", lambda: c.get_registered_model("copied"))
    refused("RESOURCE_ALREADY_EXISTS", lambda: c.rename_registered_model("renamed", "ridge"))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: c.rename_registered_model("no-model", "other"))
    c.create_model_version("ridge", uri)
    refused("INVALID_PARAMETER_VALUE", lambda: c.delete_model_version("ridge", "2"))
    c.delete_registered_model_alias("ridge", "champion")
    c.delete_model_version("ridge", "2")
    refused("RESOURCE_DOES_NOT_EXIST", lambda: c.get_model_version("ridge", "2"))
    c.delete_registered_model("renamed")
    refused("RESOURCE_DOES_NOT_EXIST", lambda: c.get_registered_model("renamed"))
    return {"run": run.info.run_id, "notes": uri}


def prompts(c: MlflowClient) -> None:
    for text in ("Say {{what}}.", "Say {{what}}, please."):
        mlflow.genai.register_prompt(name="ask", template=text, commit_message="so")
    mlflow.genai.set_prompt_alias("ask", "live", 1)
    assert mlflow.genai.load_prompt("prompts:/ask@live").format(what="yes") == "Say yes."
    assert mlflow.genai.load_prompt("prompts:/ask/2").version == 2
    assert [p.name for p in mlflow.genai.search_prompts()] == ["ask"]
    assert "ask" not in [m.name for m in c.search_registered_models()]
    c.set_prompt_tag("ask", "team", "a")
    c.delete_prompt_tag("ask", "team")
    c.set_prompt_version_tag("ask", "1", "checked", "yes")
    c.delete_prompt_version_tag("ask", "1", "checked")
    c.delete_prompt_alias("ask", "live")


def webhooks(c: MlflowClient) -> dict[str, str]:
    """Leaves a webhook at WEBHOOK_URL that hears everything."""
    url, secret = os.environ["WEBHOOK_URL"], os.environ["WEBHOOK_SECRET"]
    events = ["registered_model.created", "model_version.created"]
    for refused_url in (
        "http://example.com/",
        "https://169.254.169.254/",
        "https://10.0.0.1/x",
        "file:///etc",
    ):
        refused("INVALID_PARAMETER_VALUE", lambda u=refused_url: c.create_webhook("ci", u, events))
    refused("INVALID_PARAMETER_VALUE", lambda: c.create_webhook("-", url, events))
    made = c.create_webhook("ci", url, events, description="tells CI", secret=secret)
    assert (made.name, made.url, made.description, str(made.status)) == ("ci", url, "tells CI", "ACTIVE")
    assert [str(e) for e in made.events] == events and made.secret is None
    other = c.create_webhook("other", f"{url}/other", ["prompt.created"], status="DISABLED")
    page = c.list_webhooks(max_results=1)
    rest = c.list_webhooks(max_results=1, page_token=page.token)
    assert [w.webhook_id for w in (*page, *rest)] == [made.webhook_id, other.webhook_id] and not rest.token
    tested = c.test_webhook(made.webhook_id)
    assert (tested.success, tested.response_status, tested.response_body) == (True, 200, "heard")
    assert not c.test_webhook(other.webhook_id, "prompt_tag.set").success
    everything = [
        *events, "model_version_tag.set", "model_version_tag.deleted", "model_version_alias.created",
        "model_version_alias.deleted", "prompt.created", "prompt_version.created", "prompt_tag.set",
        "prompt_tag.deleted", "prompt_version_tag.set", "prompt_version_tag.deleted", "prompt_alias.created",
        "prompt_alias.deleted",
    ]  # fmt: skip
    c.update_webhook(made.webhook_id, events=everything, name="all", description="")
    again = c.get_webhook(made.webhook_id)
    assert (again.name, again.description, len(again.events)) == ("all", None, 14)
    c.delete_webhook(other.webhook_id)
    refused("RESOURCE_DOES_NOT_EXIST", lambda: c.get_webhook(other.webhook_id))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: c.delete_webhook(other.webhook_id))
    refused("RESOURCE_DOES_NOT_EXIST", lambda: c.test_webhook(other.webhook_id))
    return {"webhook": made.webhook_id}


def large_model(c: MlflowClient) -> dict[str, int]:
    """A model of PROOF_MODEL_MIB: logged, registered and aliased by the flavour, loaded by the alias."""
    import numpy as np
    from sklearn.linear_model import Ridge

    model = Ridge().fit(np.eye(2), np.arange(2.0))
    model.ballast_ = np.random.default_rng(7).bytes(int(os.environ["PROOF_MODEL_MIB"]) * 2**20)
    with mlflow.start_run():
        info = mlflow.sklearn.log_model(
            model,
            name="large",
            registered_model_name="large",
            serialization_format="cloudpickle",
            pip_requirements=["scikit-learn"],
        )
    c.set_registered_model_alias("large", "champion", info.registered_model_version)
    loaded = mlflow.sklearn.load_model("models:/large@champion")
    assert loaded.ballast_ == model.ballast_
    return {"bytes": len(loaded.ballast_)}


_ALL = (experiments, runs, search, history, models, artifacts, webhooks, registry, prompts, large_model)
FLOWS: dict[str, Flow] = {flow.__name__: flow for flow in _ALL}

if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: FLOWS[name](MlflowClient()) for name in sys.argv[1:]}))
