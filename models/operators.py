"""Which operators a graph may use, read from the ONNX bytes without the onnx package.

ONNX Runtime runs what it is given: a Loop that never ends, a constant of a terabyte, weights hard-linked from another
file. The allow-list is what our exporter emits; everything else is refused before a session is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from models.errors import BundleRefused
from models.onnx_bytes import parsed_model

ALLOWED = frozenset(
    """Abs Add And ArgMax ArgMin Cast CastLike Clip Concat Constant ConstantOfShape Conv ConvTranspose Div Elu Equal Erf Exp Expand Flatten
    GRU Gather GatherElements Gelu Gemm Greater GreaterOrEqual HardSwish Identity IsInf IsNaN LeakyRelu Less LessOrEqual Log MatMul Max Min
    Mul Neg Not OneHot Or Pad Pow Range Reciprocal ReduceL2 ReduceMax ReduceMean ReduceMin ReduceSum Relu Reshape Round Selu Shape
    Sigmoid Sign Slice Softmax Softplus Split Sqrt Squeeze Sub Sum Tanh Transpose Unsqueeze Where""".split()  # noqa: SIM905
)
DOMAINS = frozenset({"", "ai.onnx"})
EXTERNAL = 1  # TensorProto.DataLocation.EXTERNAL
SHOWN = 40  # characters of an operator's name that an error may repeat


def check_operators(model: bytes) -> None:
    """BundleRefused for an operator off the list, a subgraph, a local function, sparse data, or data outside the file."""
    parsed = parsed_model(model)
    if not parsed.graph.node:
        raise BundleRefused("model.onnx is not an ONNX model: it has no graph")
    for fault in _faults(parsed):
        raise BundleRefused(f"model.onnx {fault}, which is never served")


def _faults(model: Any) -> Iterator[str]:  # noqa: ANN401
    if model.functions or model.training_info:
        yield "holds functions of its own"
    attributes = [attribute for node in model.graph.node for attribute in node.attribute]
    for node in model.graph.node:
        domain, operator = _text(node.domain), _text(node.op_type)
        if domain not in DOMAINS or operator not in ALLOWED:
            yield f"uses the operator {f'{domain}.{operator}'.lstrip('.')[:SHOWN]!r}"
    if any(attribute.HasField("g") or attribute.graphs for attribute in attributes):
        yield "has a graph inside an operator"
    sparse = (attribute.HasField("sparse_tensor") or attribute.sparse_tensors for attribute in attributes)
    if model.graph.sparse_initializer or any(sparse):
        yield "holds sparse data"
    tensors = [tensor for attribute in attributes for tensor in (attribute.t, *attribute.tensors)]
    if any(
        each.data_location == EXTERNAL or each.external_data for each in (*model.graph.initializer, *tensors)
    ):
        yield "keeps data outside the file"


def _text(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")
