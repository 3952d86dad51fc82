from pathlib import Path
from typing import Any

import numpy
import onnx
import onnxruntime
import pytest

import lineal
from tests.unit.sdk.fake_server import FakeServer


def small_model() -> Any:
    """y = -x, as ONNX."""
    node = onnx.helper.make_node("Neg", ["x"], ["y"])
    kind = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        [node],
        "negate",
        [onnx.helper.make_tensor_value_info("x", kind, [None, 3])],
        [onnx.helper.make_tensor_value_info("y", kind, [None, 3])],
    )
    return onnx.helper.make_model(graph)


def fitted() -> Any:
    from sklearn.linear_model import Ridge

    return Ridge().fit([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]], [1.0, 2.0, 3.0])


def test_an_estimator_is_stored_as_onnx(server: FakeServer, run: lineal.ActiveRun) -> None:
    artifact = run.log_model(fitted())
    assert artifact.model is not None
    assert (artifact.name, artifact.model.format) == ("model", "onnx")
    assert (artifact.model.model_type, artifact.model.algorithm) == ("Ridge", "Ridge")
    (given,) = artifact.model.inputs
    assert (given.name, given.type, given.shape) == ("input", "float", (None, 2))
    assert [f.path for f in artifact.files] == ["model.onnx"]
    onnx.checker.check_model(onnx.load_model_from_string(server.objects[artifact.digest]))


def test_what_is_stored_predicts_the_same(server: FakeServer, run: lineal.ActiveRun) -> None:
    estimator = fitted()
    session = onnxruntime.InferenceSession(server.objects[run.log_model(estimator).digest])
    rows = numpy.array([[0.5, 0.25], [3.0, -1.0]], dtype="float32")
    (found,) = session.run(None, {"input": rows})
    assert found.ravel().tolist() == pytest.approx(estimator.predict(rows).tolist(), rel=1e-5)


def test_the_same_estimator_gives_the_same_bytes(run: lineal.ActiveRun) -> None:
    assert run.log_model(fitted(), "a").digest == run.log_model(fitted(), "b").digest


def test_a_pipeline_tells_its_last_step(run: lineal.ActiveRun) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit([[0.0], [1.0], [2.0]], [0, 1, 1])
    model = run.log_model(pipeline).model
    assert model is not None
    assert (model.model_type, model.algorithm) == ("Pipeline", "LogisticRegression")
    assert [o.type for o in model.outputs] == ["int64", "float"]


@pytest.mark.parametrize("form", ["file", "bytes", "proto"])
def test_onnx_is_stored_as_it_is(
    server: FakeServer, run: lineal.ActiveRun, tmp_path: Path, form: str
) -> None:
    proto = small_model()
    data = proto.SerializeToString(deterministic=True)
    (tmp_path / "net.onnx").write_bytes(data)
    forms = {"file": tmp_path / "net.onnx", "bytes": data, "proto": proto}
    artifact = run.log_model(forms[form], "net", model_type="Net", algorithm="negation")
    assert server.objects[artifact.digest] == data
    assert artifact.model is not None
    assert (artifact.model.model_type, artifact.model.algorithm) == ("Net", "negation")
    assert artifact.model.inputs[0].shape == (None, 3)


def test_a_pickle_or_anything_else_is_refused_with_the_way_out(run: lineal.ActiveRun, tmp_path: Path) -> None:
    from sklearn.linear_model import Ridge

    (tmp_path / "m.pkl").write_bytes(b"x")
    (tmp_path / "broken.onnx").write_bytes(b"x")
    for model, advice in (
        (object(), "convert it to ONNX"),
        (tmp_path / "m.pkl", "log_artifact"),
        (tmp_path / "broken.onnx", "not an ONNX model"),
        (tmp_path / "missing.onnx", "cannot be read"),
        (b"", "not an ONNX model"),
        (Ridge(), "not fitted"),
    ):
        with pytest.raises(lineal.InputError, match=advice):
            run.log_model(model)


def test_without_skl2onnx_an_estimator_is_refused(
    run: lineal.ActiveRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(lineal.InputError, match="install skl2onnx"):
        run.log_model(fitted())


def test_an_estimator_that_cannot_be_converted_is_told(run: lineal.ActiveRun) -> None:
    from sklearn.base import BaseEstimator

    class Own(BaseEstimator):  # type: ignore[misc]
        n_features_in_ = 2

        def fit(self, x: Any, y: Any) -> "Own":
            return self

    with pytest.raises(lineal.InputError, match="cannot convert this Own"):
        run.log_model(Own())
