"""Errors: what can go wrong between a caller and the service, and how a reply that is none is told. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import httpx

PROBLEM = "application/problem+json"


class ClientError(Exception):
    """Base of all that this client raises by itself."""


class Refused(ClientError):
    """The service said no. `status` is HTTP's, `detail` its reason; `errors` hold `pointer` and `detail` of each place."""

    def __init__(self, status: int, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        super().__init__(detail)


class Unreachable(ClientError, ConnectionError):
    """No reply: nobody listens, the connection broke, or time ran out. The cause is what httpx raised."""

    def __init__(self, address: str, cause: httpx.TransportError) -> None:
        why = "time ran out" if isinstance(cause, httpx.TimeoutException) else str(cause)
        super().__init__(f"no reply from {address}: {why or type(cause).__name__}")


class VersionChanged(ClientError):
    """Records were sent in pieces, and each time another version answered before all had a verdict."""

    def __init__(self, model: str, tries: int) -> None:
        super().__init__(
            f"model {model!r} changed during each of {tries} tries; name a version, or send fewer records"
        )


def checked(reply: httpx.Response) -> httpx.Response:
    """The reply itself; Refused when it says no."""
    if reply.is_success:
        return reply
    if reply.headers.get("content-type") != PROBLEM:
        raise _foreign(reply)
    problem = document_of(reply)
    raise Refused(
        reply.status_code,
        problem.get("detail") or HTTPStatus(reply.status_code).phrase,
        problem.get("errors") or (),
    )


def document_of(reply: httpx.Response) -> Any:  # noqa: ANN401
    """The JSON of a reply; Refused when it has none, as what a proxy says has not."""
    try:
        return reply.json()
    except ValueError:
        raise _foreign(reply) from None


def _foreign(reply: httpx.Response) -> Refused:
    return Refused(reply.status_code, f"{reply.status_code} from {reply.url}: is this offbeat?")
