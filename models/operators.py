"""Which operators a graph may use, read from the ONNX bytes without the onnx package.

ONNX Runtime runs what it is given: a Loop that never ends, a constant of a terabyte, weights hard-linked from another
file. The allow-list is what our exporter emits; everything else is refused before a session is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from models.errors import BundleRefused

ALLOWED = frozenset(
    """Abs Add And ArgMax Cast CastLike Clip Concat Constant ConstantOfShape Div Elu Equal Erf Exp Expand Flatten
    Gather Gelu Gemm Greater GreaterOrEqual HardSwish Identity IsInf IsNaN LeakyRelu Less LessOrEqual Log MatMul Max Min
    Mul Neg Not OneHot Or Pad Pow Range Reciprocal ReduceMax ReduceMean ReduceMin ReduceSum Relu Reshape Selu Shape
    Sigmoid Sign Slice Softmax Softplus Split Sqrt Squeeze Sub Sum Tanh Transpose Unsqueeze Where""".split()
)
DOMAINS = frozenset({"", "ai.onnx"})
EXTERNAL = 1  # TensorProto.DataLocation.EXTERNAL
MESSAGE, STRING, ENUM = 11, 9, 14
ONE, MANY = 1, 3
# The few fields of onnx.proto (message: name, number, type, many, message type) that the check needs.
FIELDS: dict[str, list[tuple[str, int, int, int, str]]] = {
    "Model": [("graph", 7, MESSAGE, ONE, "Graph"), ("functions", 25, MESSAGE, MANY, "Function")],
    "Graph": [("node", 1, MESSAGE, MANY, "Node"), ("initializer", 5, MESSAGE, MANY, "Tensor"),
              ("sparse_initializer", 15, MESSAGE, MANY, "Sparse")],
    "Node": [("op_type", 4, STRING, ONE, ""), ("domain", 7, STRING, ONE, ""),
             ("attribute", 5, MESSAGE, MANY, "Attribute")],
    "Attribute": [("g", 6, MESSAGE, ONE, "Graph"), ("graphs", 11, MESSAGE, MANY, "Graph"),
                  ("t", 5, MESSAGE, ONE, "Tensor"), ("tensors", 10, MESSAGE, MANY, "Tensor")],
    "Tensor": [("data_location", 14, 5, ONE, ""), ("external_data", 13, MESSAGE, MANY, "Entry")],
    "Function": [("name", 1, STRING, ONE, "")],
    "Sparse": [],
    "Entry": [],
}  # fmt: skip


def check_operators(model: bytes) -> None:
    """BundleRefused for an operator off the list, a subgraph, a local function, or data outside the file."""
    parsed = _model_class()()
    try:
        parsed.ParseFromString(model)
    except DecodeError:
        raise BundleRefused("model.onnx is not an ONNX model") from None
    if parsed.functions or parsed.graph.sparse_initializer:
        raise BundleRefused("model.onnx holds local functions or sparse data, which are never served")
    for fault in _faults(parsed.graph):
        raise BundleRefused(f"model.onnx {fault}, which is never served")


def _faults(graph: Any) -> Iterator[str]:  # noqa: ANN401
    tensors = list(graph.initializer)
    for node in graph.node:
        if node.domain not in DOMAINS or node.op_type not in ALLOWED:
            yield f"uses the operator {node.domain + '.' if node.domain else ''}{node.op_type}"
        for attribute in node.attribute:
            if attribute.HasField("g") or attribute.graphs:
                yield f"has a subgraph in {node.op_type}"
            tensors += [attribute.t, *attribute.tensors]
    if any(tensor.data_location == EXTERNAL or tensor.external_data for tensor in tensors):
        yield "keeps data outside the file"


@cache
def _model_class() -> Any:  # noqa: ANN401
    file = descriptor_pb2.FileDescriptorProto(name="offbeat_onnx.proto", package="offbeat", syntax="proto2")
    for message, fields in FIELDS.items():
        described = file.message_type.add(name=message)
        for name, number, kind, label, of in fields:
            described.field.add(
                name=name, number=number, type=kind, label=label, type_name=f".offbeat.{of}" if of else None
            )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("offbeat.Model"))
