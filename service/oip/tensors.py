"""Tensors: the inputs of a request, each with its elements, from JSON or from bytes. Knows no model and no HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from models.columns import expected
from service.oip.binary import Unreadable, read_numbers, read_texts
from service.oip.datatypes import BYTES, elements
from service.oip.heads import SIZE, Head, read_head, refuse
from service.oip.json_data import read_json

Cells = NDArray[Any] | list[Any]


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input. `cells`: its elements in row-major order; an array of numbers that came as bytes, else a list."""

    head: Head
    cells: Cells


def read_inputs(documents: object, body: bytes, at: int) -> list[Tensor]:
    """Every input of a request. The elements of those that are binary lie in its body from `at` on, tensor after tensor.

    TableMismatch names the first tensor that is not what it says, or tells of bytes that belong to none.
    """
    if not isinstance(documents, list) or not documents:
        refuse("inputs", expected("an array of tensors", documents) if documents != [] else "there is none")
    tensors: list[Tensor] = []
    for place, document in enumerate(documents):
        if not isinstance(document, dict):
            refuse(f"input {place}", expected("an object", document))
        head = read_head(place, document)
        end = at + (head.size or 0)
        tensors.append(Tensor(head, _cells(head, document.get("data"), body[at:end])))
        at = end
    if at < len(body):
        refuse("inputs", f"{len(body) - at:,} bytes at the end of the body belong to no tensor")
    return tensors


def _cells(head: Head, data: object, binary: bytes) -> Cells:
    if head.size is None:
        if data is None:
            head.refuse(f"has neither data nor {SIZE}")
        return read_json(head, data)
    if data is not None:
        head.refuse(f"has both data and {SIZE}")
    if head.size != len(binary):
        head.refuse(f"{SIZE} is {head.size:,}, but only {len(binary):,} bytes are left in the body")
    count = elements(head.shape)
    try:
        return (
            read_texts(binary, count)
            if head.datatype == BYTES
            else read_numbers(binary, count, head.datatype)
        )
    except Unreadable as error:
        head.refuse(str(error))
