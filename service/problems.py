"""Problems: the one table that knows both what can be refused and which HTTP status that is (RFC 9457)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from models.columns import SHOWN, shown
from models.errors import (
    BundleRefused,
    ContractError,
    FormatRefused,
    FormatUnknown,
    Mismatch,
    NameRefused,
    NotFound,
    NotPossible,
    TableMismatch,
    ThresholdRefused,
    TooLarge,
)
from models.table import escaped
from service.refusals import (
    AdminClosed,
    BodyTooSlow,
    Busy,
    EncodingRefused,
    KeyRefused,
    NotAcceptable,
    NotServed,
    OptionsRefused,
)
from service.wire import Reply

PROBLEMS: dict[type[ContractError], HTTPStatus] = {
    FormatRefused: HTTPStatus.BAD_REQUEST,
    KeyRefused: HTTPStatus.UNAUTHORIZED,
    AdminClosed: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    NameRefused: HTTPStatus.NOT_FOUND,
    BodyTooSlow: HTTPStatus.REQUEST_TIMEOUT,
    NotPossible: HTTPStatus.CONFLICT,
    BundleRefused: HTTPStatus.CONFLICT,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    FormatUnknown: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    EncodingRefused: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    NotAcceptable: HTTPStatus.NOT_ACCEPTABLE,
    TableMismatch: HTTPStatus.UNPROCESSABLE_ENTITY,
    OptionsRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    ThresholdRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    NotServed: HTTPStatus.SERVICE_UNAVAILABLE,
    ContractError: HTTPStatus.SERVICE_UNAVAILABLE,  # a full disk, an edited journal: not the client's doing
}
ABOUT = {
    HTTPStatus.BAD_REQUEST: "The body is not what its type says.",
    HTTPStatus.UNAUTHORIZED: "The admin key is missing or wrong.",
    HTTPStatus.FORBIDDEN: "This service has no admin key, so nobody may change anything.",
    HTTPStatus.NOT_FOUND: "No such model, version or alias; `detail` lists what there is.",
    HTTPStatus.NOT_ACCEPTABLE: "A reply cannot be of any type that is accepted.",
    HTTPStatus.REQUEST_TIMEOUT: "The body did not arrive in time.",
    HTTPStatus.CONFLICT: "Not possible for this model or repository.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too many bytes or records.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Nobody here reads this type or encoding.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The records do not fit the model, or an option is wrong; `errors` say where.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Too much at work, nothing loaded to serve, or stopping; see `Retry-After`.",
}
EXTRA_HEADERS = {
    HTTPStatus.UNAUTHORIZED: ((b"www-authenticate", b"Bearer"),),
    HTTPStatus.SERVICE_UNAVAILABLE: ((b"retry-after", b"1"),),
}
MEDIA_TYPE = b"application/problem+json"


def problem(status: HTTPStatus, name: str, detail: str, **members: object) -> Reply:
    """`application/problem+json`; `name` is the kind of problem in words, from which its `type` is made."""
    kind = name.lower().replace(" ", "-")
    head = {"type": f"urn:offbeat:problem:{kind}", "title": name, "status": status.value}
    body = orjson.dumps({**head, "detail": detail, **members})
    return Reply(status.value, body, ((b"content-type", MEDIA_TYPE), *EXTRA_HEADERS.get(status, ())))


def refusal(error: ContractError) -> Reply:
    """The problem of anything that can be refused; on 422 `errors` say where, at most 20 times."""
    kind = next(each for each in type(error).__mro__ if each in PROBLEMS)
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__).capitalize()
    if PROBLEMS[kind] is not HTTPStatus.UNPROCESSABLE_ENTITY:
        return problem(PROBLEMS[kind], name, str(error))
    places: Sequence[Mismatch] = getattr(error, "mismatches", ()) or (Mismatch("/threshold", "", str(error)),)
    errors = [{"pointer": each.pointer, "detail": str(each)} for each in places]
    return problem(PROBLEMS[kind], name, str(error), errors=errors)


def bug(request_id: str) -> Reply:
    """What a client is told of an error nobody foresaw: nothing but how to find it in the log."""
    detail = f"this is a bug in the service; its log tells more of request {request_id}"
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal error", detail)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI for the problems an operation may answer with."""
    content = {MEDIA_TYPE.decode(): {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": ABOUT[HTTPStatus(status)], "content": content} for status in statuses}


def handle(app: FastAPI) -> None:
    """Make FastAPI's own refusals problems too."""

    async def refused(request: Request, error: Exception) -> Response:
        if isinstance(error, ContractError):
            return response(refusal(error))
        if isinstance(error, RequestValidationError):
            return response(_validation(error))
        if isinstance(error, HTTPException):
            return response(_http(request, error))
        raise error  # else starlette would answer before the gate can

    for kind in (Exception, ContractError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, refused)


def _http(request: Request, error: HTTPException) -> Reply:
    status = HTTPStatus(error.status_code)
    details = {
        HTTPStatus.NOT_FOUND: f"nothing is at {shown(request.url.path)}; /docs shows what there is",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.method[:SHOWN]} is not possible here",
    }
    reply = problem(status, status.phrase.capitalize(), details.get(status, str(error.detail)))
    headers = tuple((name.lower().encode(), value.encode()) for name, value in (error.headers or {}).items())
    return reply._replace(headers=reply.headers + headers)


def _validation(error: RequestValidationError) -> Reply:
    """FastAPI's own answer would repeat the whole input."""
    return refusal(OptionsRefused([_mismatch(each) for each in error.errors()]))


def _mismatch(found: dict[str, Any]) -> Mismatch:
    place = found["loc"][1:] if found["loc"][0] == "body" else found["loc"]
    if found["type"] == "json_invalid":
        return Mismatch("", "", f"not JSON at byte {place[0]}")
    pointer = "".join(f"/{escaped(token)}" for token in place)
    return Mismatch(pointer, "", found["msg"].replace("Input should be", "expected"))


def response(reply: Reply) -> Response:
    """A reply as FastAPI's routes give it."""
    headers = {name.decode(): value.decode() for name, value in reply.headers}
    return Response(reply.body, reply.status, headers)
