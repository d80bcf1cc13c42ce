"""Export the whole graph to ONNX, so that equal weights give equal bytes.

The exporter writes stack traces with file paths into every node; they are stripped, names are fixed and the
message is serialised deterministically.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import onnx
import torch
from onnx import ModelProto
from torch import Tensor, nn

from models.feed import Feed
from models.operators import check_operators
from training.graph import Outputs, ScoringGraph
from training.sampler import SamplerGraph

OPSET = 20
EXAMPLE_ROWS = 3  # a batch of one would be taken for a constant


def export(graph: ScoringGraph, example: Feed) -> bytes:
    """The graph as ONNX bytes; `example` gives the inputs' types. BundleRefused when an operator is not allowed."""
    rows = torch.arange(EXAMPLE_ROWS) % example.rows
    return exported(graph, graph.preprocessing.arguments(example.take(rows.numpy()).inputs), Outputs._fields)


def export_sampler(graph: ScoringGraph) -> bytes | None:
    """What makes records up, for variants that can; None for the others, and for windows and images."""
    if not graph.autoencoder.GENERATES or graph.autoencoder.shape.kind != "table":
        return None
    sampler = SamplerGraph(graph)
    return exported(sampler, sampler.example(EXAMPLE_ROWS), ("expected",))


def exported(module: nn.Module, inputs: dict[str, Tensor], outputs: Sequence[str]) -> bytes:
    """A module as ONNX bytes, its batch free. BundleRefused when an operator is not allowed."""
    batch = torch.export.Dim("rows")
    with _quiet():
        program = torch.onnx.export(
            module.eval(),
            kwargs=inputs,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes={name: {0: batch} for name in inputs},
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    assert program is not None  # noqa: S101  # only f=... returns nothing
    model = stripped(program.model_proto)
    data: bytes = model.SerializeToString(deterministic=True)
    check_operators(data)
    return data


def stripped(model: ModelProto) -> ModelProto:
    """Without anything that depends on where or how the exporter ran."""
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    del model.functions[:]
    model.graph.doc_string = model.doc_string = ""
    for part in (*model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output):
        del part.metadata_props[:]
        part.doc_string = ""
    model.graph.name = "offbeat"
    model.producer_name, model.producer_version = "offbeat", ""
    onnx.checker.check_model(model)
    return model


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter speaks of its own passes; nothing a user could act on."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
