"""The smallest models that the serving function can load."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def linear_model(weight: float) -> bytes:
    """Return a model that answers `weight * (a + b)` for rows of two numbers."""
    weights = numpy_helper.from_array(np.full((2, 1), weight, dtype=np.float32), "weights")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["rows", "weights"], ["sums"])],
        "linear",
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor_value_info("sums", TensorProto.FLOAT, [None, 1])],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return bytes(model.SerializeToString(deterministic=True))
