"""Every public method of `mlflow.MlflowClient`, called: `python methods.py`, with MLFLOW_TRACKING_URI set.

What lineal has is called once at least; what it has not must say NOT_IMPLEMENTED. Prints what was not called.
"""

import inspect
import io
import json
import logging
import os
import sys
import tempfile
from importlib import import_module, util
from pathlib import Path
from typing import Any

import numpy as np
from mlflow import MlflowClient
from mlflow.data.http_dataset_source import HTTPDatasetSource
from mlflow.data.meta_dataset import MetaDataset
from mlflow.entities import DatasetInput, LoggedModelOutput, Metric
from mlflow.exceptions import MlflowException
from mlflow.prompt.constants import PROMPT_ASSOCIATED_RUN_IDS_TAG_KEY

PUBLIC = {name for name, _ in inspect.getmembers(MlflowClient, callable) if not name.startswith("_")}
UNDRAWN = {
    method
    for method, library in (("log_figure", "matplotlib"), ("log_image", "PIL"))
    if util.find_spec(library) is None
}
"""Files that the client makes with a library that is not here; they are sent like the others."""
Calls = dict[str, tuple[Any, ...]]

ABSENT: Calls = {
    "create_dataset": ("d", "0"), "get_dataset": ("d-1",), "delete_dataset": ("d-1",),
    "set_dataset_tags": ("d-1", {"k": "v"}), "delete_dataset_tag": ("d-1", "k"), "search_datasets": (["0"],),
    "add_dataset_to_experiments": ("d-1", ["0"]), "remove_dataset_from_experiments": ("d-1", ["0"]),
    "create_workspace": ("work",), "get_workspace": ("work",), "list_workspaces": (),
    "update_workspace": ("work", "d"), "delete_workspace": ("work",),
    "create_mcp_server": ("s",), "get_mcp_server": ("s",), "search_mcp_servers": (),
    "update_mcp_server": ("s", "shown"), "delete_mcp_server": ("s",),
    "set_mcp_server_tag": ("s", "k", "v"), "delete_mcp_server_tag": ("s", "k"),
    "set_mcp_server_alias": ("s", "a", "1"), "delete_mcp_server_alias": ("s", "a"),
    "create_mcp_server_version": ({"name": "s", "version": "1"}, None, None, None),
    "get_mcp_server_version": ("s", "1"), "get_mcp_server_version_by_alias": ("s", "a"),
    "get_latest_mcp_server_version": ("s",), "search_mcp_server_versions": ("s",),
    "update_mcp_server_version": ("s", "1", "active"), "delete_mcp_server_version": ("s", "1"),
    "set_mcp_server_version_tag": ("s", "1", "k", "v"), "delete_mcp_server_version_tag": ("s", "1", "k"),
    "refresh_mcp_server_version_tools": ("s", "1"),
    "create_mcp_access_endpoint": ("s", "https://mcp.example.com"), "get_mcp_access_endpoint": ("s", "e"),
    "search_mcp_access_endpoints": ("s",), "update_mcp_access_endpoint": ("s", "e", "https://mcp.example.com"),
    "delete_mcp_access_endpoint": ("s", "e"),
    "get_trace": ("tr-1",), "search_traces": (["0"],), "delete_traces": ("0", None, None, ["tr-1"]),
    "set_trace_tag": ("tr-1", "k", "v"), "delete_trace_tag": ("tr-1", "k"), "end_trace": ("tr-1",),
    "link_traces_to_run": (["tr-1"], "a" * 32), "unlink_traces_from_run": (["tr-1"], "a" * 32),
    "link_prompt_versions_to_trace": ([], "tr-1"),
}  # fmt: skip
"""Parts of MLflow that lineal has not: evaluation datasets, workspaces, MCP servers, traces."""


class Noting:
    """A client that notes which of its methods are called."""

    def __init__(self) -> None:
        self._client = MlflowClient()
        self.called: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.called.add(name)
        return getattr(self._client, name)


def absent(c: Any) -> None:
    for name in ABSENT.keys() & PUBLIC:
        try:
            getattr(c, name)(*ABSENT[name])
        except (NotImplementedError, KeyError):  # the client itself has it for no server
            continue
        except MlflowException as error:
            assert error.error_code == "NOT_IMPLEMENTED", (name, error.error_code, str(error))
        else:
            raise AssertionError(f"{name} was answered")


def spans(c: Any) -> None:
    """Spans are the client's own; the server refuses to take them, and the script goes on."""
    root = c.start_trace("a trace")
    child = c.start_span("a span", root.trace_id, root.span_id)
    c.end_span(root.trace_id, child.span_id)
    c.end_trace(root.trace_id)


def experiments(c: Any) -> None:
    made = c.create_experiment("methods")
    c.set_experiment_tag(made, "k", "v")
    c.rename_experiment(made, "other methods")
    assert c.get_experiment_by_name("other methods").tags == {"k": "v"}
    if "delete_experiment_tag" in PUBLIC:
        c.delete_experiment_tag(made, "k")
        assert c.get_experiment(made).tags == {}
    c.delete_experiment(made)
    c.restore_experiment(made)
    assert made in [each.experiment_id for each in c.search_experiments()]


def runs(c: Any, folder: Path) -> str:
    parent = c.create_run("0", run_name="parent").info.run_id
    child = c.create_run("0", tags={"mlflow.parentRunId": parent}).info.run_id
    assert c.get_parent_run(child).info.run_id == parent
    assert c.get_parent_run(parent) is None
    c.log_batch(child, metrics=[Metric("m", 1.0, 1, 0)])
    c.log_metric(child, "m", 2.0, step=1)
    c.log_param(child, "p", 1)
    c.set_tag(child, "t", "v")
    c.delete_tag(child, "t")
    data = MetaDataset(HTTPDatasetSource("https://data.example.com/rows.csv"), name="rows")
    c.log_inputs(child, [DatasetInput(data._to_mlflow_entity(), [])])
    c.update_run(child, name="child")
    files(c, child, folder)
    c.set_terminated(child)
    c.delete_run(child)
    c.restore_run(child)
    run = c.get_run(child)
    assert (run.info.run_name, run.info.status, run.data.params) == ("child", "FINISHED", {"p": "1"})
    assert [m.value for m in c.get_metric_history(child, "m")] == [1.0, 2.0]
    assert [r.info.run_id for r in c.search_runs(["0"], "params.p = '1'")] == [child]
    return parent


def files(c: Any, run_id: str, folder: Path) -> None:
    (folder / "some").mkdir()
    (folder / "some" / "a b.txt").write_text("text")
    c.log_artifact(run_id, str(folder / "some" / "a b.txt"), "one")
    c.log_artifacts(run_id, str(folder / "some"), "many")
    c.log_text(run_id, "<script>alert(1)</script>", "page.html")
    c.log_dict(run_id, {"k": [1]}, "values.json")
    if "log_figure" not in UNDRAWN:
        c.log_figure(run_id, import_module("matplotlib.figure").Figure(), "figure.png")
    if "log_image" not in UNDRAWN:
        c.log_image(run_id, np.zeros((2, 2, 3), dtype=np.uint8), "image.png")
    c.log_table(run_id, {"x": [1, 2]}, "table.json")
    c.log_table(run_id, {"x": [3]}, "table.json")
    if "log_stream" in PUBLIC:
        c.log_stream(run_id, io.BytesIO(b"from a stream"), "streamed.bin")
        assert (
            Path(c.download_artifacts(run_id, "streamed.bin", str(folder))).read_bytes() == b"from a stream"
        )
    assert list(c.load_table("0", "table.json", [run_id])["x"]) == [1, 2, 3]
    assert [f.path for f in c.list_artifacts(run_id, "many")] == ["many/a b.txt"]
    assert Path(c.download_artifacts(run_id, "one/a b.txt", str(folder))).read_text() == "text"


def logged_models(c: Any, run_id: str, folder: Path) -> str:
    made = c.create_logged_model("0", name="scorer", source_run_id=run_id).model_id
    c.log_model_params(made, {"alpha": "1"})
    c.log_model_artifacts(made, str(folder / "some"))
    c.set_logged_model_tags(made, {"a": "1", "b": "2"})
    c.delete_logged_model_tag(made, "a")
    if "log_model_artifact" in PUBLIC:
        (folder / "MLmodel").write_text(f"flavors: {{}}\nmodel_id: {made}\n")
        c.log_model_artifact(made, str(folder / "MLmodel"))
        assert {f.path for f in c.list_logged_model_artifacts(made)} == {"MLmodel", "a b.txt"}
    c.finalize_logged_model(made, "READY")
    c.log_outputs(run_id, [LoggedModelOutput(made, 0)])
    found = c.get_logged_model(made)
    assert (found.params, found.tags["b"], "a" in found.tags) == ({"alpha": "1"}, "2", False)
    assert [m.model_id for m in c.search_logged_models(["0"], "name = 'scorer'")] == [made]
    other = c.create_logged_model("0", name="other").model_id
    c.delete_logged_model(other)
    return str(made)


def registry(c: Any, run_id: str, model_id: str) -> None:
    c.create_registered_model("methods", tags={"k": "v"})
    c.delete_registered_model_tag("methods", "k")
    c.set_registered_model_tag("methods", "kind", "test")
    c.update_registered_model("methods", "words")
    c.create_model_version("methods", f"models:/{model_id}", run_id, model_id=model_id)
    c.update_model_version("methods", "1", "the first")
    c.set_model_version_tag("methods", "1", "k", "v")
    c.delete_model_version_tag("methods", "1", "k")
    c.set_registered_model_alias("methods", "blue", "1")
    assert c.get_model_version_by_alias("methods", "blue").description == "the first"
    assert c.get_model_version_download_uri("methods", "1").endswith("_versions/methods/1")
    assert c.get_model_version_stages("methods", "1") == ["None", "Staging", "Production", "Archived"]
    assert c.transition_model_version_stage("methods", "1", "Staging").current_stage == "Staging"
    assert [v.version for v in c.get_latest_versions("methods")] == ["1"]
    c.rename_registered_model("methods", "all-methods")
    assert c.get_registered_model("all-methods").aliases == {"blue": "1"}
    assert c.get_model_version("all-methods", "1").run_id == run_id
    assert [v.name for v in c.search_model_versions("name = 'all-methods'")] == ["all-methods"]
    assert "all-methods" in [m.name for m in c.search_registered_models()]
    assert c.copy_model_version("models:/all-methods/1", "copy").version == "1"
    c.delete_registered_model_alias("all-methods", "blue")
    c.delete_model_version("all-methods", "1")
    c.delete_registered_model("all-methods")


def prompts(c: Any, run_id: str, model_id: str) -> None:
    c.create_prompt("ask", tags={"k": "v"})
    c.delete_prompt_tag("ask", "k")
    c.set_prompt_tag("ask", "kind", "test")
    first = c.create_prompt_version("ask", "Say {{what}}.")
    c.register_prompt("ask", "Say {{what}}, please.")
    c.set_prompt_alias("ask", "live", 1)
    c.set_prompt_version_tag("ask", "1", "k", "v")
    c.delete_prompt_version_tag("ask", "1", "k")
    assert c.get_prompt("ask").tags["kind"] == "test"
    assert c.get_prompt_version("ask", 1).template == c.load_prompt("ask", 1).template == first.template
    assert c.get_prompt_version_by_alias("ask", "live").version == 1
    assert c.parse_prompt_uri("prompts:/ask/1") == ("ask", "1")
    assert [p.name for p in c.search_prompts()] == ["ask"]
    try:
        assert [v.version for v in c.search_prompt_versions("ask")] == [2, 1]
    except MlflowException as error:  # the client of a year ago has it for another registry alone
        assert "Unity Catalog" in str(error), str(error)
    c.link_prompt_version_to_run(run_id, first)
    c.link_prompt_version_to_model("ask", "1", model_id)
    linked(c, run_id, first)
    c.delete_prompt_alias("ask", "live")
    for name, arguments in (("delete_prompt_version", ("ask", "1")), ("delete_prompt", ("ask",))):
        getattr(c, name)(*arguments)


def linked(c: Any, run_id: str, prompt: Any) -> None:
    """The client lists prompts by a tag of the version, and links them by one of the run."""
    assert json.loads(c.get_run(run_id).data.tags["mlflow.linkedPrompts"]) == [
        {"name": "ask", "version": "1"}
    ]
    c.set_prompt_version_tag("ask", "1", PROMPT_ASSOCIATED_RUN_IDS_TAG_KEY, run_id)
    if "list_logged_prompts" in PUBLIC:
        assert [p.version for p in c.list_logged_prompts(run_id)] == [1]
    if "detach_prompt_from_run" in PUBLIC:
        c.detach_prompt_from_run(run_id, prompt.uri)


def webhooks(c: Any) -> None:
    made = c.create_webhook("ci", os.environ["WEBHOOK_URL"], ["registered_model.created"]).webhook_id
    c.update_webhook(made, name="other")
    assert c.get_webhook(made).name == "other"
    assert made in [each.webhook_id for each in c.list_webhooks()]
    assert c.test_webhook(made).response_status
    c.delete_webhook(made)
    if "get_workspace_store_uri" in PUBLIC:
        assert c.get_workspace_store_uri() == os.environ["MLFLOW_TRACKING_URI"]


def main() -> set[str]:
    """Call everything and return what was not called."""
    c = Noting()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        absent(c)
        spans(c)
        experiments(c)
        run_id = runs(c, folder)
        model_id = logged_models(c, run_id, folder)
    registry(c, run_id, model_id)
    prompts(c, run_id, model_id)
    webhooks(c)
    return PUBLIC - c.called - UNDRAWN


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    sys.stdout.write(json.dumps(sorted(main())))
