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
    """Abs Add And ArgMax ArgMin Cast CastLike Clip Concat Constant ConstantOfShape Conv ConvTranspose Div Elu Equal Erf Exp Expand Flatten
    GRU Gather GatherElements Gelu Gemm Greater GreaterOrEqual HardSwish Identity IsInf IsNaN LeakyRelu Less LessOrEqual Log MatMul Max Min
    Mul Neg Not OneHot Or Pad Pow Range Reciprocal ReduceMax ReduceMean ReduceMin ReduceSum Relu Reshape Round Selu Shape
    Sigmoid Sign Slice Softmax Softplus Split Sqrt Squeeze Sub Sum Tanh Transpose Unsqueeze Where""".split()  # noqa: SIM905
)
DOMAINS = frozenset({"", "ai.onnx"})
EXTERNAL = 1  # TensorProto.DataLocation.EXTERNAL
SHOWN = 40  # characters of an operator's name that an error may repeat
MESSAGE, BYTES, INT32 = 11, 12, 5  # kinds of field; names are read as bytes, since hostile ones are no text
ONE, MANY = 1, 3
# The few fields of onnx.proto (message: name, number, type, many, message type) that the check needs.
FIELDS: dict[str, list[tuple[str, int, int, int, str]]] = {
    "Model": [("graph", 7, MESSAGE, ONE, "Graph"), ("functions", 25, MESSAGE, MANY, "Any"),
              ("training_info", 20, MESSAGE, MANY, "Any")],
    "Graph": [("node", 1, MESSAGE, MANY, "Node"), ("initializer", 5, MESSAGE, MANY, "Tensor"),
              ("sparse_initializer", 15, MESSAGE, MANY, "Any")],
    "Node": [("op_type", 4, BYTES, ONE, ""), ("domain", 7, BYTES, ONE, ""),
             ("attribute", 5, MESSAGE, MANY, "Attribute")],
    "Attribute": [("g", 6, MESSAGE, ONE, "Any"), ("graphs", 11, MESSAGE, MANY, "Any"),
                  ("t", 5, MESSAGE, ONE, "Tensor"), ("tensors", 10, MESSAGE, MANY, "Tensor"),
                  ("sparse_tensor", 22, MESSAGE, ONE, "Any"), ("sparse_tensors", 23, MESSAGE, MANY, "Any")],
    "Tensor": [("data_location", 14, INT32, ONE, ""), ("external_data", 13, MESSAGE, MANY, "Any")],
    "Any": [],
}  # fmt: skip


def check_operators(model: bytes) -> None:
    """BundleRefused for an operator off the list, a subgraph, a local function, sparse data, or data outside the file."""
    parsed = _model_class()()
    try:
        parsed.ParseFromString(model)
    except DecodeError:
        raise BundleRefused("model.onnx is not an ONNX model") from None
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
