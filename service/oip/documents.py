"""Documents: the routes under /v2 as OpenAPI, with an example from what is served. Knows no other route."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from pydantic import BaseModel

from models.manifest import Manifest
from service.examples import records
from service.oip.datatypes import BYTES, FP64
from service.oip.paths import ROUTES, Route
from service.oip.shapes import (
    IndexEntry,
    IndexRequest,
    InferenceReply,
    InferenceRequest,
    ModelMetadata,
    ModelReady,
    ProtocolError,
    ServerLive,
    ServerMetadata,
    ServerReady,
)
from service.problems import ABOUT
from service.served import Served

Document = dict[str, Any]
BEHIND = "application/octet-stream"  # JSON with binary tensors behind it


class Told(NamedTuple):
    """What is said of a verb. `problems`: the statuses it is refused with."""

    summary: str
    about: str
    reply: type[BaseModel]
    problems: tuple[int, ...] = ()
    body: type[BaseModel] | None = None


VERBS: Mapping[str, Told] = {
    "server": Told("Who answers?", "Name, version and extensions.", ServerMetadata),
    "live": Told("Alive?", "200 while the process can answer at all.", ServerLive),
    "ready": Told(
        "Ready?", "200 when every champion is loaded and passed its self-test.", ServerReady, (503,)
    ),
    "index": Told(
        "List the versions", "Every version of every model; an empty body asks for all.", IndexEntry, (400, 422), IndexRequest
    ),
    "model": Told(
        "Describe a version", "The tensors it takes and gives.", ModelMetadata, (404, 409, 503)
    ),
    "model_ready": Told(
        "Is a version ready?", "200 when it is loaded, which asking for it does.", ModelReady, (404, 409, 503)
    ),
    "infer": Told(
        "Judge tensors",
        "Tensors in, verdicts as tensors out: a tensor for each column, or one of all numbers, `numeric`; as JSON, or in "
        "binary behind the JSON, whose length `Inference-Header-Content-Length` then says.",
        InferenceReply,
        (400, 404, 408, 409, 413, 415, 422, 503),
        InferenceRequest,
    ),
}  # fmt: skip
SHAPES: list[type[BaseModel]] = [
    ProtocolError,
    *(told.reply for told in VERBS.values()),
    IndexRequest,
    InferenceRequest,
]
ABOUT_NAMES = {
    "model": "The name of a model.",
    "version": "One of its versions; then its own threshold decides.",
}
PATTERNS: Mapping[str, Document] = {"model": {"type": "string"}, "version": {"type": "integer", "minimum": 1}}


def operations(served: list[Served]) -> dict[str, Document]:
    """Every path under /v2. The first of `served` that has records to show gives the example."""
    shown = next((each for each in served if _body(each.scorer.manifest)), None)
    return {route.path: {route.method.lower(): _operation(route, shown)} for route in ROUTES}


def _operation(route: Route, shown: Served | None) -> Document:
    told = VERBS[route.verb]
    pinned = "_of_version" if "{version}" in route.path else ""
    found: Document = {
        "tags": ["Open Inference Protocol"],
        "summary": told.summary,
        "description": told.about,
        "operationId": f"protocol_{route.verb}{pinned}",
        "parameters": [_parameter(name, shown) for name in PATTERNS if f"{{{name}}}" in route.path],
        "responses": {"200": _reply(route.verb, told.reply)}
        | {str(status): _problem(status) for status in told.problems},
    }
    return found | ({"requestBody": _request(told.body, shown)} if told.body else {})


def _parameter(name: str, shown: Served | None) -> Document:
    example = {} if shown is None else {"example": getattr(shown, name)}
    described = {"description": ABOUT_NAMES[name], "schema": PATTERNS[name]}
    return {"name": name, "in": "path", "required": True, **described, **example}


def _reply(verb: str, kind: type[BaseModel]) -> Document:
    schema = _reference(kind)
    content: Document = {
        "application/json": {"schema": {"type": "array", "items": schema} if verb == "index" else schema}
    }
    binary = {BEHIND: {"schema": {"type": "string", "format": "binary"}}} if verb == "infer" else {}
    return {"description": kind.__doc__, "content": content | binary}


def _problem(status: int) -> Document:
    content = {"application/json": {"schema": _reference(ProtocolError)}}
    return {"description": ABOUT[HTTPStatus(status)], "content": content}


def _request(kind: type[BaseModel], shown: Served | None) -> Document:
    json: Document = {"schema": _reference(kind)}
    if kind is not InferenceRequest:
        return {"required": False, "content": {"application/json": json}}
    if shown is not None:
        json["example"] = _body(shown.scorer.manifest)
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {"required": True, "content": {"application/json": json, BEHIND: binary}}


def _body(manifest: Manifest) -> Document | None:
    """A typical record and a strange one as tensors; None where the model takes pictures, which nobody pastes as numbers."""
    found = [] if manifest.columns.images else records(manifest)
    if not found:
        return None
    columns = {name: [record[name] for record in found] for name in found[0]}
    inputs = [
        {"name": name, "datatype": _datatype(cells), "shape": [len(cells)], "data": cells}
        for name, cells in columns.items()
    ]
    return {"inputs": inputs, "outputs": [{"name": "verdict"}, {"name": "anomaly_score"}]}


def _datatype(cells: list[float | str]) -> str:
    return BYTES if isinstance(cells[0], str) else FP64


def _reference(kind: type[BaseModel]) -> Document:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
