"""Replies: a judgement as the protocol's answer, JSON with binary tensors behind it. Knows no request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.judgement import Judgement
from models.threshold import Threshold
from service.oip.binary import write_cells
from service.oip.heads import SIZE
from service.oip.judging import Single
from service.oip.outputs import OUTPUTS
from service.oip.requests import LENGTH_NAME
from service.payloads import written
from service.served import Served
from service.wire import Reply

OK = 200
OCTETS = (b"content-type", b"application/octet-stream")


def infer_reply(
    served: Served,
    threshold: Threshold,
    judgement: Judgement | Single,
    outputs: Mapping[str, bool],
    identity: str | None,
) -> Reply:
    """Every output that is wanted, as binary or as JSON; numbers are null in JSON where a record is unknown."""
    tensors, parts = [], []
    for name, binary in outputs.items():
        tensor, data = _tensor(name, served, judgement, binary=binary)
        tensors.append(tensor)
        parts.append(data)
    document = {
        "model_name": served.model,
        "model_version": str(served.version),
        **({} if identity is None else {"id": identity}),
        "parameters": _parameters(served, threshold),
        "outputs": tensors,
    }
    head = written(document)
    if not any(outputs.values()):
        return Reply(OK, head)
    return Reply(OK, b"".join((head, *parts)), (OCTETS, (LENGTH_NAME, b"%d" % len(head))))


def _tensor(
    name: str, served: Served, judgement: Judgement | Single, *, binary: bool
) -> tuple[dict[str, Any], bytes]:
    """A tensor as JSON, and the bytes that stand behind all JSON."""
    output = OUTPUTS[name]
    datatype, axes = output.signature(served.scorer.manifest)
    head: dict[str, Any] = {"name": name, "datatype": datatype, "shape": [judgement.rows, *axes]}
    cells = output.cells(judgement)
    if binary:
        data = write_cells(cells, datatype)
        return {**head, "parameters": {SIZE: len(data)}}, data
    return {**head, "data": cells.ravel() if isinstance(cells, np.ndarray) else cells}, b""


def _parameters(served: Served, threshold: Threshold) -> dict[str, float | str]:
    """What decided. A parameter cannot be null, so a version that was asked for by its number has no generation."""
    decided = {"threshold": threshold.value, "threshold_method": threshold.method, "digest": served.digest}
    return decided if served.generation is None else {**decided, "generation": served.generation}
