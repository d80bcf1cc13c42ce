"""Problems: whatever is refused, in the protocol's own shape. Knows no reason; statuses are those of `service.problems`."""

from __future__ import annotations

from http import HTTPStatus

import orjson

from models.columns import shown
from models.errors import ContractError, TableMismatch
from service.oip.paths import is_ours
from service.problems import refusal
from service.wire import Headers, Reply

JSON = (b"content-type", b"application/json")


def error(status: int, text: str, headers: Headers = ()) -> Reply:
    """`{"error": …}`."""
    return Reply(status, orjson.dumps({"error": text}), (JSON, *headers))


def refused(reason: ContractError) -> Reply:
    """What a refusal looks like here; its status and headers are those it has everywhere."""
    reply = refusal(reason)
    text = reason.placed if isinstance(reason, TableMismatch) else str(reason)
    return error(reply.status, text, _beside_type(reply))


def shaped(path: str, reply: Reply) -> Reply:
    """A problem that was met before any route, as it looks at this path: the protocol's paths have the protocol's shape."""
    if not is_ours(path):
        return reply
    return error(reply.status, orjson.loads(reply.body)["detail"], _beside_type(reply))


def nowhere(path: str) -> Reply:
    """Nothing is at this path."""
    return error(HTTPStatus.NOT_FOUND, f"nothing is at {shown(path)}; /docs shows what there is")


def wrong_method(allowed: str) -> Reply:
    """Something is there, but takes another method."""
    allow = (b"allow", allowed.encode())
    return error(HTTPStatus.METHOD_NOT_ALLOWED, f"only {allowed} is possible here", (allow,))


def _beside_type(reply: Reply) -> Headers:
    return tuple(header for header in reply.headers if header[0] != b"content-type")
