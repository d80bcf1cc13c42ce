"""The Open Inference Protocol as a client speaks it: one tensor of all features in, named tensors out; JSON or binary."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
import numpy as np
import orjson
from numpy.typing import NDArray

from benchmarks.serving.records import Matrix
from benchmarks.serving.servers.server import Answer, Form, Post

HEADER = "Inference-Header-Content-Length"
OCTETS = "application/octet-stream"
TYPES = {"FP64": "<f8", "FP32": "<f4", "BOOL": "?"}
SCORE_AND_FLAG = ("score", "flag")


def json_form(path: str, outputs: Sequence[str] = SCORE_AND_FLAG) -> Form:
    """The numbers in one flat list, which is what the protocol prefers. Score and flag are the first two outputs."""
    wanted = [{"name": name} for name in outputs]

    def ask(rows: Matrix) -> Post:
        inputs = [_tensor(rows, data=rows.ravel().tolist())]
        return Post(path, orjson.dumps({"inputs": inputs, "outputs": wanted}))

    def read(reply: httpx.Response) -> Answer:
        found = {each["name"]: each["data"] for each in orjson.loads(reply.content)["outputs"]}
        return _answer(found[outputs[0]], found[outputs[1]])

    return Form(ask, read)


def binary_form(path: str, outputs: Sequence[str] = SCORE_AND_FLAG) -> Form:
    """The binary extension in both directions: a JSON header, and after it the bytes of the tensors."""
    wanted = [{"name": name, "parameters": {"binary_data": True}} for name in outputs]

    def ask(rows: Matrix) -> Post:
        data = rows.astype("<f8").tobytes()
        inputs = [_tensor(rows, parameters={"binary_data_size": len(data)})]
        header = orjson.dumps({"inputs": inputs, "outputs": wanted})
        return Post(path, header + data, {"Content-Type": OCTETS, HEADER: str(len(header))})

    def read(reply: httpx.Response) -> Answer:
        found = _tensors(reply.content, int(reply.headers[HEADER]))
        return _answer(found[outputs[0]].tolist(), found[outputs[1]].tolist())

    return Form(ask, read)


def _tensor(rows: Matrix, **more: object) -> dict[str, object]:
    return {"name": "numeric", "shape": rows.shape, "datatype": "FP64", **more}


def _tensors(content: bytes, start: int) -> dict[str, NDArray[np.generic]]:
    """The outputs of a binary reply by their names; `start` is where the first one's bytes begin."""
    found: dict[str, NDArray[np.generic]] = {}
    for each in orjson.loads(content[:start])["outputs"]:
        end = start + each["parameters"]["binary_data_size"]
        found[each["name"]] = np.frombuffer(content[start:end], TYPES[each["datatype"]])
        start = end
    return found


def _answer(scores: Sequence[float], flags: Sequence[object]) -> Answer:
    return Answer(list(scores), list(map(bool, flags)))
