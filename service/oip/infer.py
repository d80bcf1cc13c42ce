"""Infer: tensors in, verdicts as tensors out. Knows no ASGI."""

from __future__ import annotations

from dataclasses import dataclass

from models.columns import SHOWN
from models.errors import FormatUnknown
from service.oip.judging import Asked, Judging
from service.oip.outputs import needed, tells_verdict, wanted
from service.oip.records import read_records
from service.oip.replies import infer_reply
from service.oip.requests import json_size, read_request
from service.served import Served
from service.wire import Reply

JSON, OCTETS = "application/json", "application/octet-stream"
UNNAMED = ""  # clients of this protocol often leave the type away
# Bytes of a request that is worked on at once: less than a millisecond. Numbers in JSON have to be parsed, and a reading
# is read again by every window it is in.
INLINE, INLINE_JSON, INLINE_WINDOWS = 1 << 18, 1 << 14, 1 << 17


@dataclass(slots=True)
class Call:
    """What a client sent. `json_length`: what it says of how much of the body is JSON; `records`: how many, once read."""

    body: bytes
    content_type: str
    json_length: str | None
    max_rows: int
    records: int = 1


def infer(judging: Judging, served: Served, call: Call) -> Reply:
    """Judge the records of a request. ContractError for all that can be wrong with it."""
    _check_type(call.content_type)
    request = read_request(call.body, json_size(call.json_length, len(call.body)))
    options = request.options
    outputs = wanted(request.outputs, binary=options.binary_data_output)
    records = read_records(
        request.tensors,
        served.scorer.manifest,
        nan_is_missing=options.nan_is_missing,
        most=call.max_rows,
    )
    call.records = records.rows
    asked = Asked(
        served.threshold.overridden(options.threshold),
        needed(outputs),
        tells_verdict(outputs),
        options.last_only,
        options.ignore_unknown,
    )
    judgement = judging.judge(served, records, asked)
    return infer_reply(served, asked.threshold, judgement, outputs, request.id)


def _check_type(content_type: str) -> None:
    asked = content_type.partition(";")[0].strip().lower()
    if asked not in {UNNAMED, JSON, OCTETS}:
        raise FormatUnknown(asked[:SHOWN], [JSON, OCTETS])


def is_long_work(served: Served, call: Call) -> bool:
    """Whether a request may hold so much that others would wait for it. FormatRefused as `json_size` says."""
    size, scorer = len(call.body), served.scorer
    if scorer.window is not None:
        return size * scorer.window.length > INLINE_WINDOWS
    return bool(scorer.columns.images) or size > INLINE or json_size(call.json_length, size) > INLINE_JSON
