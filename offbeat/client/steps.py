"""Steps: what a verb wants done, one after the other, so that it is written once for callers that block and that await.

A verb is a generator: it yields a Call or a Pause and is sent what came of it. Knows nothing of sockets or sleep.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from offbeat.client.options import Query

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `repeatable`: whether it may be sent again after it may have been answered."""

    method: str
    path: str
    query: Query = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    repeatable: bool = True

    def on(self, http: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        """The request as this client of httpx sends it."""
        return http.build_request(
            self.method, self.path, params=self.query, headers=self.headers, content=self.content
        )


@dataclass(frozen=True, slots=True)
class Pause:
    """Do nothing for so many seconds."""

    seconds: float


Step = Call | Pause
Outcome = httpx.Response | httpx.TransportError | None  # None after a pause
Steps = Generator[Step, Outcome, Made]
