"""Hostile graphs, built byte by byte as protobuf has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.errors import BundleRefused
from models.onnx_bytes import FIELDS
from models.operators import ALLOWED, check_operators

Protobuf = Callable[[Any], bytes]
Fields = tuple[tuple[int, Any], ...]


# Field numbers as in onnx.proto.
def node(operator: bytes = b"Relu", *more: tuple[int, Any]) -> Fields:
    return ((1, b"x"), (2, b"y"), (4, operator), *more)


def model(*graph: tuple[int, Any], beside: Fields = ()) -> Fields:
    return ((1, 8), (7, ((1, node()), (2, b"graph"), *graph)), (8, ((2, 18),)), *beside)


def attribute(*fields: tuple[int, Any]) -> tuple[int, Any]:
    return 5, ((1, b"value"), *fields)


TENSOR = ((1, 1), (2, 1), (8, b"weights"))
LOCATION = ((1, b"location"), (2, b"../../other.bin"))
OUTSIDE = ((1, 1), (2, 1), (8, b"weights"), (13, LOCATION), (14, 1))
SPARSE = ((1, OUTSIDE), (3, 4))
GRAPH = ((1, node(b"Loop")),)
FUNCTION = ((1, b"Relu"), (4, b"x"), (7, node(b"Loop")))

HOSTILE = {
    "a loop": (model((1, node(b"Loop"))), "uses the operator 'Loop'"),
    "a branch": (model((1, node(b"If"))), "uses the operator 'If'"),
    "a scan": (model((1, node(b"Scan"))), "uses the operator 'Scan'"),
    "an unknown operator": (model((1, node(b"ReLU"))), "uses the operator 'ReLU'"),
    "an operator without a name": (model((1, node(b""))), "uses the operator ''"),
    "an operator that is no text": (model((1, node(b"Re\xfflu"))), r"uses the operator 'Re\\\\xfflu'"),
    "an operator that moves the cursor": (model((1, node(b"\x1b[2J"))), r"uses the operator '\\x1b\[2J'"),
    "a very long operator": (model((1, node(b"x" * 10_000))), "uses the operator 'x{40}'"),
    "a custom domain": (model((1, node(b"Relu", (7, b"com.microsoft")))), "uses the operator 'com.microsoft.Relu'"),
    "ai.onnx.ml": (model((1, node(b"Relu", (7, b"ai.onnx.ml")))), "uses the operator 'ai.onnx.ml.Relu'"),
    "a subgraph": (model((1, node(b"Relu", attribute((6, GRAPH), (20, 5))))), "has a graph inside an operator"),
    "an empty subgraph": (model((1, node(b"Relu", attribute((6, b""))))), "has a graph inside an operator"),
    "subgraphs": (model((1, node(b"Relu", attribute((11, GRAPH), (20, 10))))), "has a graph inside an operator"),
    "external weights": (model((5, OUTSIDE)), "keeps data outside the file"),
    "external weights by location alone": (model((5, ((14, 1),))), "keeps data outside the file"),
    "external weights by entry alone": (model((5, ((13, LOCATION),))), "keeps data outside the file"),
    "an external constant": (model((1, node(b"Constant", attribute((5, OUTSIDE))))), "keeps data outside the file"),
    "external constants": (model((1, node(b"Constant", attribute((10, TENSOR), (10, OUTSIDE))))), "keeps data outside the file"),
    "a sparse weight": (model((15, SPARSE)), "holds sparse data"),
    "a sparse constant": (model((1, node(b"Constant", attribute((22, SPARSE))))), "holds sparse data"),
    "sparse constants": (model((1, node(b"Constant", attribute((23, SPARSE))))), "holds sparse data"),
    "a local function": (model(beside=((25, FUNCTION),)), "holds functions of its own"),
    "a training graph": (model(beside=((20, ((1, GRAPH),)),)), "holds functions of its own"),
    "a second graph": (model(beside=((7, GRAPH),)), "uses the operator 'Loop'"),
    "no node": (((1, 8), (7, ((2, b"graph"),))), "it has no graph"),
    "no graph": (((1, 8),), "it has no graph"),
    "no bytes": (b"", "it has no graph"),
    "no protobuf": (b"\xff" * 100, "is not an ONNX model"),
    "text": (b"hello world", "is not an ONNX model"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_graph_is_refused_before_any_session_is_made(name: str, protobuf: Protobuf) -> None:
    hostile, told = HOSTILE[name]

    with pytest.raises(BundleRefused, match=rf"^model\.onnx .*{told}"):
        check_operators(protobuf(hostile))


def test_a_graph_that_ends_early_is_refused(protobuf: Protobuf) -> None:
    with pytest.raises(BundleRefused, match="is not an ONNX model"):
        check_operators(protobuf(model())[:-3])


def test_a_graph_nested_ten_thousand_deep_is_refused(protobuf: Protobuf) -> None:
    graph = b""
    for _ in range(10_000):
        graph = protobuf(((1, node(b"Relu", attribute((6, graph)))),))

    with pytest.raises(BundleRefused):
        check_operators(protobuf(((7, graph),)))


def test_plain_graphs_pass(pump_folder: Path, protobuf: Protobuf) -> None:
    check_operators(protobuf(model()))
    plain = model((5, TENSOR), (1, node(b"Constant", (7, b"ai.onnx"), attribute((5, TENSOR)))))
    check_operators(protobuf(plain))
    check_operators((pump_folder / "model.onnx").read_bytes())


@pytest.mark.parametrize(
    "operator", ["Loop", "If", "Scan", "SequenceMap", "RandomNormal", "Optional", "StringConcat"]
)
def test_what_loops_branches_draws_or_concatenates_is_not_on_the_list(operator: str) -> None:
    assert operator not in ALLOWED


def test_the_field_numbers_are_those_of_onnx() -> None:
    onnx = pytest.importorskip("onnx", reason="the project's own tests of models run without onnx")
    names = {"Model": "ModelProto", "Graph": "GraphProto", "Node": "NodeProto", "Attribute": "AttributeProto", "Tensor": "TensorProto"}  # fmt: skip

    for ours, theirs in names.items():
        numbers = {field.name: field.number for field in getattr(onnx, theirs).DESCRIPTOR.fields}
        assert {name: number for name, number, *_ in FIELDS[ours]}.items() <= numbers.items()
