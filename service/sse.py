"""SSE: server-sent events as a browser's EventSource reads them. Knows not what they tell."""

from __future__ import annotations

import orjson

RETRY = b"retry: 2000\n\n"  # ms until a reader whose connection ended comes back
ALIVE = b": still here\n\n"
MEDIA_TYPE = "text/event-stream"
# Nothing between here and the reader may keep it for later, or for somebody else.
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


def event(kind: str, data: object) -> bytes:
    """An event but for its id and its end."""
    return b"event: %b\ndata: %b\n" % (kind.encode(), orjson.dumps(data))


def ended(event: bytes, identity: str | None = None) -> bytes:
    """All of an event."""
    return event + (b"\n" if identity is None else b"id: %b\n\n" % identity.encode())
