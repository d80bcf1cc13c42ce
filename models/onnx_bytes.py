"""ONNX bytes, as far as they are looked into without the onnx package: operators, names, where data lies.

ONNX Runtime brings protobuf along; a description of the few fields that matter is all it needs. Fields that are not
described are kept as they are.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from models.errors import BundleRefused

MESSAGE, BYTES, INT32 = 11, 12, 5  # kinds of field; names are read as bytes, since hostile ones are no text
ONE, MANY = 1, 3
# The few fields of onnx.proto (message: name, number, type, many, message type) that anybody here looks at.
FIELDS: dict[str, list[tuple[str, int, int, int, str]]] = {
    "Model": [("graph", 7, MESSAGE, ONE, "Graph"), ("functions", 25, MESSAGE, MANY, "Any"),
              ("training_info", 20, MESSAGE, MANY, "Any")],
    "Graph": [("node", 1, MESSAGE, MANY, "Node"), ("initializer", 5, MESSAGE, MANY, "Tensor"),
              ("output", 12, MESSAGE, MANY, "ValueInfo"), ("sparse_initializer", 15, MESSAGE, MANY, "Any")],
    "ValueInfo": [("name", 1, BYTES, ONE, "")],
    "Node": [("input", 1, BYTES, MANY, ""), ("output", 2, BYTES, MANY, ""), ("op_type", 4, BYTES, ONE, ""), ("domain", 7, BYTES, ONE, ""),
             ("attribute", 5, MESSAGE, MANY, "Attribute")],
    "Attribute": [("g", 6, MESSAGE, ONE, "Any"), ("graphs", 11, MESSAGE, MANY, "Any"),
                  ("t", 5, MESSAGE, ONE, "Tensor"), ("tensors", 10, MESSAGE, MANY, "Tensor"),
                  ("sparse_tensor", 22, MESSAGE, ONE, "Any"), ("sparse_tensors", 23, MESSAGE, MANY, "Any")],
    "Tensor": [("data_location", 14, INT32, ONE, ""), ("external_data", 13, MESSAGE, MANY, "Any")],
    "Any": [],
}  # fmt: skip


def parsed_model(model: bytes) -> Any:  # noqa: ANN401
    """The model as a message of the described fields. BundleRefused when the bytes are none."""
    parsed = _model_class()()
    try:
        parsed.ParseFromString(model)
    except DecodeError:
        raise BundleRefused("model.onnx is not an ONNX model") from None
    return parsed


def pruned(model: bytes, outputs: Collection[str]) -> bytes:
    """The same graph with these outputs only, without the nodes that nothing of them needs.

    ONNX Runtime runs every node whatever is asked of it. For a model that passed the check of its operators: it has no
    graph inside a node that could use a name of the one around it.
    """
    parsed = parsed_model(model)
    needed = {name.encode() for name in outputs}
    kept = [each for each in parsed.graph.output if each.name in needed]
    nodes = []
    for node in reversed(parsed.graph.node):  # nodes stand in the order they run in
        if needed.intersection(node.output):
            needed.update(node.input)
            nodes.append(node)
    for field, some in (("output", kept), ("node", nodes[::-1])):
        copies = [type(each).FromString(each.SerializeToString()) for each in some]
        parsed.graph.ClearField(field)
        getattr(parsed.graph, field).extend(copies)
    data: bytes = parsed.SerializeToString()
    return data


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
