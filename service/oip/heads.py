"""Heads: what a request says of an input before its elements: name, datatype, shape, bytes. Knows no model and no HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from models.columns import expected, shown
from models.errors import Mismatch, TableMismatch
from models.table import LONGEST_NAME
from service.oip.datatypes import DATATYPES, Shape

SIZE = "binary_data_size"
KEYS = {"name", "datatype", "shape", "data", "parameters"}
HINTS = {"content_type"}  # for other servers; without a meaning here, and harmless
MOST_AXES = 8


@dataclass(frozen=True, slots=True)
class Head:
    """All of an input but its elements. `place`: which input it is; `size`: bytes of its elements, None where they are JSON."""

    place: int
    name: str
    datatype: str
    shape: Shape
    size: int | None

    def refuse(self, detail: str) -> NoReturn:
        """TableMismatch that names the tensor."""
        refuse(named(self.name), detail, f"/inputs/{self.place}")


class Named(NamedTuple):
    """Part of a request in the words of an error, which are not made before there is one."""

    kind: str
    name: str

    def __str__(self) -> str:
        """`tensor "pressure"`."""
        return f"{self.kind} {shown(self.name)}"


Words = str | Named


def named(name: str) -> Named:
    """A tensor in the words of an error."""
    return Named("tensor", name)


def refuse(words: Words, detail: str, pointer: str = "") -> NoReturn:
    """TableMismatch at a place of the request."""
    raise TableMismatch([Mismatch(pointer, str(words), detail)])


def read_head(place: int, document: dict[str, Any]) -> Head:
    """An input without its elements. TableMismatch for what no tensor can be, or nobody here understands."""
    name = document.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        refuse(f"input {place}", f"name: {expected('the name of a tensor', name)}")
    words = named(name)
    refuse_unknown(document, KEYS, words)
    datatype = document.get("datatype")
    if datatype not in DATATYPES:
        refuse(words, f"datatype: {expected('one of ' + ', '.join(DATATYPES), datatype)}")
    shape = _shape(document.get("shape"), words)
    return Head(place, name, datatype, shape, _size(parameters_of(document, words), words))


def parameters_of(document: dict[str, Any], words: Words) -> dict[str, Any]:
    """The parameters of a request, an input or an output; none where there are none."""
    found = document.get("parameters")
    if found is None:
        return {}
    if not isinstance(found, dict):
        refuse(words, f"parameters: {expected('an object', found)}")
    return {name: value for name, value in found.items() if name not in HINTS}


def refuse_unknown(document: dict[str, Any], known: set[str], words: Words) -> None:
    """TableMismatch for the first key that means nothing here: it may be one that matters, misspelled."""
    for key in document:
        if key not in known:
            refuse(words, f"unknown key {shown(key)}; there is: {', '.join(sorted(known))}")


def _shape(found: object, words: Words) -> Shape:
    if not isinstance(found, list) or not 0 < len(found) <= MOST_AXES:
        refuse(words, f"shape: {expected(f'an array of 1 to {MOST_AXES} lengths', found)}")
    for length in found:
        if type(length) is not int or length < 1:
            refuse(words, f"shape: {expected('whole numbers above 0', length)}")
    return tuple(found)


def _size(parameters: dict[str, Any], words: Words) -> int | None:
    refuse_unknown(parameters, {SIZE}, words)
    size = parameters.get(SIZE)
    if size is not None and (type(size) is not int or size < 0):
        refuse(words, f"{SIZE}: {expected('a number of bytes', size)}")
    return size
