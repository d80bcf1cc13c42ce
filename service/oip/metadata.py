"""Metadata: what the protocol says of the server, its models and their versions. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from models.manifest import Manifest
from service.oip.datatypes import BYTES, FP64, UINT8, Shape
from service.oip.outputs import OUTPUTS
from service.oip.records import MATRIX, takes_matrix
from service.served import Served, ServedModel
from service.telemetry import version_of

PLATFORM = "onnxruntime_onnx"  # what other servers call an ONNX graph in ONNX Runtime
EXTENSIONS = ["binary_tensor_data"]
READY, UNAVAILABLE = "READY", "UNAVAILABLE"
UNLOADED = "loaded when it is first asked for"
Document = dict[str, Any]


def server_metadata() -> Document:
    """Name, version and extensions."""
    return {"name": "offbeat", "version": version_of("offbeat"), "extensions": EXTENSIONS}


def model_metadata(model: ServedModel, served: Served) -> Document:
    """The tensors of a version. `properties`, all of them text, say what a name, a datatype and a shape cannot."""
    manifest = served.scorer.manifest
    inputs = [*_inputs(manifest)]
    return {
        "name": model.name,
        "versions": [str(version) for version in sorted(model.versions)],
        "platform": PLATFORM,
        "inputs": [_tensor(*each) for each in inputs],
        "outputs": [_tensor(name, *output.signature(manifest)) for name, output in OUTPUTS.items()],
        "properties": _properties(served, [name for name, _, _ in inputs]),
    }


def index(models: Mapping[str, ServedModel], *, ready: bool) -> list[Document]:
    """Every version of every model and whether it answers; `ready`: only those that do."""
    found = (each for _, model in sorted(models.items()) for each in _versions(model))
    return [each for each in found if each["state"] == READY or not ready]


def _inputs(manifest: Manifest) -> Iterator[tuple[str, str, Shape]]:
    """Every tensor that must come, numbers first, in the order of the matrix that may come in their place."""
    columns, window = manifest.columns, manifest.window
    signatures: dict[str, tuple[str, Shape]] = {each.name: (FP64, ()) for each in columns.numeric}
    signatures |= {each.name: (UINT8, each.shape) for each in columns.images}
    around = [window.series, window.timestamp] if window else []
    for name in dict.fromkeys([*columns.inputs, *filter(None, around)]):
        yield name, *signatures.get(name, (BYTES, ()))


def _tensor(name: str, datatype: str, axes: Shape) -> Document:
    return {"name": name, "datatype": datatype, "shape": [-1, *axes]}


def _properties(served: Served, named: list[str]) -> dict[str, str]:
    """`named`: the inputs; of the passthrough columns only the others may be left away."""
    manifest = served.scorer.manifest
    columns, window = manifest.columns, manifest.window
    properties = {"version": str(served.version), "digest": served.digest, "variant": manifest.variant}
    if takes_matrix(columns):
        properties[MATRIX] = (
            f"{FP64} [-1, {len(columns.numeric)}], in place of the inputs of numbers, in their order"
        )
    carried = [name for name in columns.passthrough if name not in named]
    if carried:
        properties["passthrough"] = ", ".join(carried)
    return properties | ({"window": f"{window.length} readings"} if window else {})


def _versions(model: ServedModel) -> Iterator[Document]:
    """What an alias serves is ready; so is what is loaded when asked for, unless something could not be."""
    serving = {served.version for served in model.aliases.values()}
    faults = "; ".join(f"{alias}: {why}" for alias, why in model.faults.items())
    for version in sorted(model.versions):
        is_ready = version in serving or not faults
        reason = "" if version in serving else faults or UNLOADED
        yield {
            "name": model.name,
            "version": str(version),
            "state": READY if is_ready else UNAVAILABLE,
            "reason": reason,
        }
    if not model.versions:
        yield {"name": model.name, "state": UNAVAILABLE, "reason": faults}
