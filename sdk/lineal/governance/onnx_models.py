"""Models as ONNX: read, or converted from scikit-learn. Never pickled: reading a pickle runs its code."""

import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineal.capture.models import model_facts
from lineal.errors import InputError
from lineal_contract.artifacts import ModelInfo, Tensor
from lineal_contract.runs import ModelFacts


@dataclass(frozen=True)
class OnnxModel:
    """The bytes of a model and what is known about it."""

    data: bytes
    info: ModelInfo


def as_onnx(
    model: Any, *, model_type: str | None = None, algorithm: str | None = None, ask: bool = True
) -> OnnxModel:
    """Return `model` as ONNX: an .onnx file, ONNX bytes, a ModelProto, or a fitted scikit-learn estimator.

    An estimator becomes a model with one input of float32, shape (rows, features). `model_type` defaults to
    the estimator's class, `algorithm` to the class of a pipeline's last step, unless it is not to be asked.
    Raises InputError otherwise.
    """
    serialized = _serialized(model)
    data = _converted(model) if serialized is None else serialized
    facts = _facts(model, is_onnx=serialized is not None) if ask else None
    model_type = model_type or (facts.model_type if facts else None)
    algorithm = algorithm or (facts.algorithm if facts else None)
    inputs, outputs = _signature(data)
    info = ModelInfo(
        format="onnx",
        model_type=model_type or "onnx",
        algorithm=algorithm,
        framework=facts.framework if facts else None,
        framework_version=facts.framework_version if facts else None,
        inputs=inputs,
        outputs=outputs,
    )
    return OnnxModel(data, info)


def _facts(model: Any, *, is_onnx: bool) -> ModelFacts:
    """What is known of a model: that it is ONNX, or what the estimator says of itself, at least its class."""
    if is_onnx:
        return ModelFacts(model_type="onnx", framework="ONNX")
    return model_facts(model) or ModelFacts(model_type=type(model).__name__)


def _serialized(model: Any) -> bytes | None:
    """The bytes of what is ONNX already; None for what is not."""
    if isinstance(model, str | Path):
        return _from_file(Path(model))
    if isinstance(model, bytes | bytearray | memoryview):
        return bytes(model)
    if hasattr(model, "SerializeToString") and hasattr(model, "opset_import"):
        return bytes(model.SerializeToString(deterministic=True))
    return None


def _from_file(path: Path) -> bytes:
    if path.suffix != ".onnx":
        raise InputError(f"{path} is not an .onnx file; convert it, or store it with log_artifact")
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _converted(estimator: Any) -> bytes:
    name = type(estimator).__name__
    if not (hasattr(estimator, "fit") and hasattr(estimator, "get_params")):
        raise InputError(
            f"{name} is not a model lineal can store: convert it to ONNX and pass the file or bytes"
        )
    if importlib.util.find_spec("skl2onnx") is None:
        raise InputError(f"to store a {name} install skl2onnx, or pass it as ONNX; it is never pickled")
    if not hasattr(estimator, "n_features_in_"):
        raise InputError(f"this {name} is not fitted")
    return _by_skl2onnx(estimator, int(estimator.n_features_in_))


def _by_skl2onnx(estimator: Any, features: int) -> bytes:
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType
    from sklearn.base import is_classifier

    name = type(estimator).__name__
    try:
        model = convert_sklearn(
            estimator,
            name=name,  # the default is random, and so would be the digest
            initial_types=[("input", FloatTensorType([None, features]))],
            # Probabilities as a tensor; the default is a list of dicts, which few runtimes pass on.
            options={id(estimator): {"zipmap": False}} if is_classifier(estimator) else None,
        )
    except (RuntimeError, ValueError, TypeError, NameError) as error:  # all of these are raised, and no more
        raise InputError(f"skl2onnx cannot convert this {name}: {error}") from error
    return bytes(model.SerializeToString(deterministic=True))


def _signature(data: bytes) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """The inputs and outputs, where the library onnx is installed; bytes it cannot read are refused."""
    if importlib.util.find_spec("onnx") is None:
        return (), ()
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        graph = onnx.load_model_from_string(data).graph
    except DecodeError as error:
        raise InputError("these bytes are not an ONNX model") from error
    weights = {w.name for w in graph.initializer}
    if not graph.output:
        raise InputError("these bytes are not an ONNX model: it has no outputs")
    return _tensors(i for i in graph.input if i.name not in weights), _tensors(graph.output)


def _tensors(values: Iterable[Any]) -> tuple[Tensor, ...]:
    return tuple(_tensor(v) for v in values)


def _tensor(value: Any) -> Tensor:
    from onnx import TensorProto

    kind = value.type.WhichOneof("value")
    if kind != "tensor_type":
        return Tensor(name=value.name, type=kind or "unknown", shape=())
    tensor = value.type.tensor_type
    shape = tuple(d.dim_value if d.HasField("dim_value") else None for d in tensor.shape.dim)
    return Tensor(name=value.name, type=TensorProto.DataType.Name(tensor.elem_type).lower(), shape=shape)
