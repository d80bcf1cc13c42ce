"""Requests of the protocol, as JSON and with binary tensors behind it, and what their replies hold."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import numpy as np
import orjson
import pytest

DATATYPES = {"f8": "FP64", "f4": "FP32", "i8": "INT64", "u8": "UINT64", "u1": "UINT8", "b1": "BOOL"}
Tensor = dict[str, Any]
Sent = dict[str, Any]  # what httpx is given


def json_tensor(name: str, cells: Any, datatype: str | None = None) -> Tensor:
    """An input whose elements stand in the JSON."""
    array = np.asarray(cells, dtype=object)
    kind = datatype or ("BYTES" if isinstance(array.ravel()[0], str) else "FP64")
    return {"name": name, "datatype": kind, "shape": list(array.shape), "data": array.ravel().tolist()}


def binary_request(*arrays: tuple[str, np.ndarray], **more: Any) -> Sent:
    """A request whose elements stand behind the JSON."""
    inputs, parts = [], []
    for name, array in arrays:
        is_text = array.dtype == object
        parts.append(texts(array.tolist()) if is_text else array.tobytes())
        inputs.append(
            {
                "name": name,
                "datatype": "BYTES" if is_text else DATATYPES[array.dtype.str[1:]],
                "shape": list(array.shape),
                "parameters": {"binary_data_size": len(parts[-1])},
            }
        )
    return framed_request({"inputs": inputs, **more}, b"".join(parts))


def framed_request(document: dict[str, Any], behind: bytes) -> Sent:
    """JSON with bytes behind it."""
    head = orjson.dumps(document)
    return {"content": head + behind, "headers": {"inference-header-content-length": str(len(head))}}


def texts(cells: Sequence[str]) -> bytes:
    """Elements of BYTES."""
    return b"".join(struct.pack("<I", len(cell.encode())) + cell.encode() for cell in cells)


def elements(reply: httpx.Response) -> dict[str, list[Any]]:
    """The elements of every output by its name, whichever way they came."""
    assert reply.status_code == 200, reply.text
    at = int(reply.headers.get("inference-header-content-length", len(reply.content)))
    found = {}
    for output in orjson.loads(reply.content[:at])["outputs"]:
        size = output.get("parameters", {}).get("binary_data_size")
        if size is None:
            found[output["name"]] = output["data"]
        else:
            found[output["name"]] = decoded(reply.content[at : at + size], output["datatype"])
            at += size
    assert at == len(reply.content)
    return found


def decoded(data: bytes, datatype: str) -> list[Any]:
    if datatype != "BYTES":
        kind = next(kind for kind, name in DATATYPES.items() if name == datatype)
        return np.frombuffer(data, kind).tolist()
    found, at = [], 0
    while at < len(data):
        end = at + 4 + struct.unpack_from("<I", data, at)[0]
        found.append(data[at + 4 : end].decode())
        at = end
    return found


@pytest.fixture
def tensor() -> Callable[..., Tensor]:
    return json_tensor


@pytest.fixture
def binary() -> Callable[..., Sent]:
    return binary_request


@pytest.fixture
def framed() -> Callable[..., Sent]:
    return framed_request


@pytest.fixture
def outputs() -> Callable[[httpx.Response], dict[str, list[Any]]]:
    return elements


@pytest.fixture
def records(typical: dict[str, Any]) -> list[dict[str, Any]]:
    """Four records of a pump: typical, hot, without a flow, with a valve that was never seen."""
    return [typical, typical | {"temperature": 90.0}, typical | {"flow": None}, typical | {"valve": "ajar"}]


@pytest.fixture
def pump(records: list[dict[str, Any]]) -> Callable[..., list[Tensor]]:
    """The same as JSON tensors; others by their names, None leaves one away."""

    def make(**changed: Tensor | None) -> list[Tensor]:
        columns = {name: [record[name] for record in records] for name in records[0]}
        made = {name: json_tensor(name, cells) for name, cells in columns.items()} | changed
        return [each for each in made.values() if each is not None]

    return make
