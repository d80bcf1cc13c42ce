"""Requests: the body of an inference request, JSON with binary tensors behind it. Knows no model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.columns import expected, shown
from models.errors import FormatRefused
from models.formats.json_document import parsed
from service.oip.heads import Named, parameters_of, refuse, refuse_unknown
from service.oip.options import InferOptions, read_infer_options
from service.oip.tensors import Tensor, read_inputs

LENGTH_HEADER = "Inference-Header-Content-Length"
LENGTH_NAME = LENGTH_HEADER.lower().encode()
KEYS = {"id", "parameters", "inputs", "outputs", "model_name", "model_version"}
OUTPUT_KEYS = {"name", "parameters"}
BINARY = "binary_data"
DIGITS = 18  # of a length; more is beyond every body


@dataclass(frozen=True, slots=True)
class InferRequest:
    """`outputs`: those that are wanted, each with whether it is to be binary; none are all of them."""

    id: str | None
    tensors: list[Tensor]
    outputs: Mapping[str, bool]
    options: InferOptions


def json_size(told: str | None, most: int) -> int:
    """How many bytes of a body of `most` are JSON, as its header says; all of them without one. FormatRefused for a lie."""
    if told is None:
        return most
    size = int(told) if told.isascii() and told.isdigit() and len(told) <= DIGITS else -1
    if not 0 <= size <= most:
        raise FormatRefused(
            f"{LENGTH_HEADER} is {shown(told)}, but a body of {most:,} bytes cannot begin with so much JSON"
        )
    return size


def read_request(body: bytes, size: int) -> InferRequest:
    """A request from its body, of which `size` bytes are JSON.

    FormatRefused for what is no JSON, TableMismatch and OptionsRefused for what is wrong in it.
    """
    document = parsed(body[:size])
    if not isinstance(document, dict):
        refuse("request", expected("an object", document))
    refuse_unknown(document, KEYS, "request")
    identity = document.get("id")
    if identity is not None and not isinstance(identity, str):
        refuse("request", f"id: {expected('text', identity)}")
    options = read_infer_options(parameters_of(document, "request"))
    outputs = _outputs(document.get("outputs"), options)
    return InferRequest(identity, read_inputs(document.get("inputs"), body, size), outputs, options)


def wants_ready_only(body: bytes) -> bool:
    """What a request for the index says; it may say nothing. FormatRefused and TableMismatch for what it cannot say."""
    document = parsed(body) if body else {}
    if not isinstance(document, dict):
        refuse("request", expected("an object", document))
    refuse_unknown(document, {"ready"}, "request")
    ready = document.get("ready", False)
    if not isinstance(ready, bool):
        refuse("request", f"ready: {expected('true or false', ready)}")
    return ready


def _outputs(found: object, options: InferOptions) -> dict[str, bool]:
    if found is None:
        return {}
    if not isinstance(found, list):
        refuse("outputs", expected("an array", found))
    wanted: dict[str, bool] = {}
    for place, document in enumerate(found):
        name, binary = _output(place, document)
        if name in wanted:
            refuse(Named("output", name), "is asked for more than once")
        wanted[name] = options.binary_data_output if binary is None else binary
    return wanted


def _output(place: int, document: Any) -> tuple[str, bool | None]:  # noqa: ANN401
    if not isinstance(document, dict):
        refuse(f"output {place}", expected("an object", document))
    name = document.get("name")
    if not isinstance(name, str):
        refuse(f"output {place}", f"name: {expected('the name of an output', name)}")
    words = Named("output", name)
    refuse_unknown(document, OUTPUT_KEYS, words)
    parameters = parameters_of(document, words)
    refuse_unknown(parameters, {BINARY}, words)
    binary = parameters.get(BINARY)
    if binary is not None and not isinstance(binary, bool):
        refuse(words, f"{BINARY}: {expected('true or false', binary)}")
    return name, binary
