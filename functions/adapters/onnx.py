"""ONNX models by onnxruntime: data in, data out, and no code of the model's author runs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as failures

from functions.core.errors import InvalidRequestError, UnsupportedModelError

_TYPES: dict[str, Any] = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
}
# onnxruntime's own exceptions have no base of their own.
_FAILURES = (
    failures.EPFail,
    failures.EngineError,
    failures.Fail,
    failures.InvalidArgument,
    failures.InvalidGraph,
    failures.InvalidProtobuf,
    failures.NoModel,
    failures.NoSuchFile,
    failures.NotImplemented,
    failures.RuntimeException,
    RuntimeError,
    ValueError,
)
_WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path"
_NOWHERE = "/nonexistent"


class OnnxModel:
    """The `ServableModel` port, for models with one two-dimensional input of numbers."""

    def __init__(self, data: bytes) -> None:
        """Load a model. Raises UnsupportedModelError for bytes that are none, or another shape.

        Weights in other files are refused: they would not be covered by the model's digest.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        options.add_session_config_entry(_WEIGHTS_FOLDER, _NOWHERE)
        try:
            self._session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except _FAILURES as error:
            raise UnsupportedModelError("the bytes are not an ONNX model that can be loaded") from error
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type not in _TYPES or len(inputs[0].shape) != 2:
            raise UnsupportedModelError("the model must have one two-dimensional input of numbers")
        self._input = inputs[0]
        self._output = self._session.get_outputs()[0]

    def predict(self, rows: Sequence[Sequence[float]]) -> list[object]:
        """Return the first output, one entry per row. Raises InvalidRequestError for rows that do not fit."""
        width = self._input.shape[1]
        if len({len(row) for row in rows}) != 1 or (isinstance(width, int) and len(rows[0]) != width):
            raise InvalidRequestError(f"each row must have {width} numbers, in the order of the features")
        table = self._table(rows)
        try:
            output: Any = self._session.run([self._output.name], {self._input.name: table})[0]
        except _FAILURES as error:
            raise InvalidRequestError("the model cannot compute these rows") from error
        if isinstance(output, np.ndarray) and output.ndim == 2 and output.shape[1] == 1:
            output = output[:, 0]
        return list(output.tolist()) if isinstance(output, np.ndarray) else list(output)

    def _table(self, rows: Sequence[Sequence[float]]) -> np.ndarray:
        """The rows in the input's type; a number that it would change into another one is refused."""
        kind = _TYPES[self._input.type]
        try:
            given = np.asarray(rows, dtype=np.float64)
            with np.errstate(over="ignore", invalid="ignore"):
                table = given.astype(kind)
        except OverflowError as error:
            raise InvalidRequestError(f"a number does not fit {self._input.type}") from error
        lost = np.isfinite(given) != np.isfinite(table)
        if lost.any() or (np.issubdtype(kind, np.integer) and (table != given).any()):
            raise InvalidRequestError(f"a number does not fit {self._input.type}")
        return table
