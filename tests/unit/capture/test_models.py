"""What models say about themselves, and that nothing is imported to hear it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import lineal
from lineal.capture.models import model_facts
from lineal.client import Client
from tests.e2e.onnx_bytes import linear_model
from tests.unit.sdk.fake_server import FakeServer


def of(module: str, name: str, base: type = object, **attributes: Any) -> Any:
    """An object of a class as a framework that is not installed here would have it."""
    return type(name, (base,), {"__module__": module, **attributes})()


class Text:
    model_type = "bert"


MODULE = type("Module", (), {"__module__": "torch.nn.modules.module"})


@pytest.mark.parametrize(
    ("model", "model_type", "algorithm", "framework"),
    [
        (Ridge(), "Ridge", "Ridge", "scikit-learn"),
        (RandomForestClassifier(), "RandomForestClassifier", "RandomForestClassifier", "scikit-learn"),
        (make_pipeline(StandardScaler(), Ridge()), "Pipeline", "Ridge", "scikit-learn"),
        (GridSearchCV(make_pipeline(Ridge()), {}), "GridSearchCV", "Ridge", "scikit-learn"),
        (of("xgboost.sklearn", "XGBRegressor", booster=None), "XGBRegressor", "gbtree", "XGBoost"),
        (of("xgboost.sklearn", "XGBClassifier", booster="dart"), "XGBClassifier", "dart", "XGBoost"),
        (of("lightgbm.sklearn", "LGBMModel", boosting_type="goss"), "LGBMModel", "goss", "LightGBM"),
        (of("lightgbm.basic", "Booster", params={"boosting": "rf"}), "Booster", "rf", "LightGBM"),
        (of("train", "Net", MODULE), "Net", "Net", "PyTorch"),
        (of("keras.src.models.sequential", "Sequential"), "Sequential", "Sequential", "Keras"),
        (
            of("transformers.models.bert", "BertModel", MODULE, config=Text()),
            "BertModel", "bert", "Hugging Face Transformers",
        ),
    ],
)  # fmt: skip
def test_models_of_frameworks(model: Any, model_type: str, algorithm: str, framework: str) -> None:
    facts = model_facts(model)
    assert facts is not None
    assert (facts.model_type, facts.algorithm, facts.framework) == (model_type, algorithm, framework)


@pytest.mark.parametrize("thing", [None, 1, "model", {"a": 1}, object(), lambda x: x])
def test_other_things_are_no_models(thing: Any) -> None:
    assert model_facts(thing) is None


def test_nothing_is_imported_to_hear_it() -> None:
    program = (
        "import sys\nfrom lineal.capture.models import model_facts\nmodel_facts(object())\n"
        "print({'torch', 'sklearn', 'xgboost', 'keras', 'onnx', 'transformers'} & set(sys.modules))"
    )
    path = str(Path(lineal.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": path}, capture_output=True, check=True
    )
    assert done.stdout == b"set()\n"


def test_a_run_is_told_what_its_model_is(server: FakeServer, client: Client, spool: Path) -> None:
    with lineal.run(client=client) as run:
        assert run.describe_model("no model") is None
        facts = run.describe_model(make_pipeline(StandardScaler(), Ridge()))
    assert facts is not None
    assert server.runs[run.id].model == facts
    assert facts.framework_version


def test_a_logged_model_brings_its_facts(server: FakeServer, client: Client, spool: Path) -> None:
    with lineal.run(client=client) as run:
        estimator = Ridge().fit([[0.0], [1.0]], [0.0, 1.0])
        fitted = run.log_model(estimator, "ridge")
        read = run.log_model(linear_model(1.0), "read")
    assert isinstance(fitted, lineal.resources.artifacts.Artifact)  # type: ignore[attr-defined]
    assert fitted.model is not None
    assert (fitted.model.algorithm, fitted.model.framework) == ("Ridge", "scikit-learn")
    assert read.model.framework == "ONNX"  # type: ignore[union-attr]
