"""Wire: a whole body in, under limits, and a whole reply out, as ASGI messages. Knows no path and no JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from starlette.types import Message, Receive, Send

from models.errors import TooLarge

Headers = tuple[tuple[bytes, bytes], ...]


class Reply(NamedTuple):
    """All of a response."""

    status: int
    body: bytes
    headers: Headers = ((b"content-type", b"application/json"),)


class Disconnected(Exception):
    """The client left before its body was whole."""


WHOLE = "offbeat.body"  # in a scope: the body, where all of it came before anybody asked
DIRECT = "offbeat.direct"  # in a scope: a Direct, where the server has one
LASTING = "offbeat.lasting"  # in a scope: the reply goes on for as long as somebody listens; nobody is to wait for its end
# Writes a whole reply at once and says True; False where the standard messages must go instead.
Direct = Callable[[int, Headers, bytes], bool]


async def send_reply(send: Send, reply: Reply) -> None:
    """Send a reply whose length is known."""
    headers = [*reply.headers, (b"content-length", b"%d" % len(reply.body))]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


async def receive_body(receive: Receive, announced: int, most: int, hold: Callable[[int], None]) -> bytes:
    """All of a body. TooLarge as soon as it is `announced`, or found, to be longer than `most` bytes.

    `hold` is told how many bytes came with every piece; it may refuse them.
    """
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        check_length(announced, most)
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        parts.append(message.get("body", b""))
        hold(len(parts[-1]))
        size += len(parts[-1])
        announced = max(announced, size)
        more = message.get("more_body", False)
    check_length(size, most)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def check_length(size: int, most: int) -> int:
    """The size. TooLarge when a body is longer than `most` bytes."""
    if size > most:
        raise TooLarge(f"the body is longer than {most:,} bytes")
    return size


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body that was read already, and then whatever the client does next."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return again
