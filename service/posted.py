"""Posted: a POST to a verb, and whether it is so little work that it can be done at once. Knows no reply.

Every microsecond here is paid for each request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from starlette.types import Scope

from models.formats import MEDIA_TYPES
from service.served import Served
from service.verbs import VERBS

PREFIX = "/v1/models/"
JSON = b"application/json"
PARQUET = b"application/vnd.apache.parquet"  # a few bytes of which can be any number of rows
ANY = (b"", b"*/*", JSON)  # what clients accept that leave the form to us
KINDS = frozenset(media_type.encode() for media_type in MEDIA_TYPES)
# Bytes of a body that is read and scored at once: some milliseconds. A longer one would keep everybody else waiting.
INLINE = {
    JSON: 1 << 19,
    b"application/x-npy": 1 << 19,
    b"application/vnd.apache.arrow.stream": 1 << 19,
}
INLINE_TEXT = 1 << 14  # of every other type: text is read cell by cell where it holds a surprise
INLINE_VALUES = 1 << 14  # of all windows that a short body can ask for: milliseconds of work
BETWEEN_READINGS = (b",", b"\n", b"\r")  # in JSON and in CSV


@dataclass(frozen=True, slots=True)
class Route:
    """A documented path; the gate names it in the metrics."""

    path: str


ROUTES = {verb: Route(f"{PREFIX}{{model}}/{verb}") for verb in VERBS}


class Posted(NamedTuple):
    """What a verb is asked."""

    model: str
    verb: str
    body: bytes
    content_type: bytes
    accept: bytes

    @property
    def kind(self) -> bytes:
        """The type without its parameters."""
        return self.content_type.partition(b";")[0].strip().lower()

    @property
    def may_be_single(self) -> bool:
        """Whether verdicts in JSON are asked for records in JSON, the only kind of which one alone has a shorter way."""
        return self.verb == "score" and self.content_type == JSON and self.accept in ANY

    def is_little_work(self, served: Served) -> bool:
        """Whether it takes milliseconds at most."""
        kind = self.kind
        few = kind != PARQUET and len(self.body) <= INLINE.get(kind, INLINE_TEXT)
        return few and not self._asks_for_much(served)

    def _asks_for_much(self, served: Served) -> bool:
        """Thousands of records from a few words, all the pixels of a blank picture, a long window for every reading."""
        window, columns = served.scorer.window, served.scorer.columns
        if window is not None:
            readings = 1 + sum(map(self.body.count, BETWEEN_READINGS))  # or fewer
            return readings * window.length * len(columns.names) > INLINE_VALUES
        return self.verb == "sample" or bool(columns.images)


def posted(scope: Scope, headers: Mapping[bytes, bytes], body: bytes) -> Posted | None:
    """What is asked of a verb, whose route the scope has from now on; None where the request is for somebody else."""
    path: str = scope["path"]
    if not path.startswith(PREFIX):
        return None
    model, _, verb = path[len(PREFIX) :].partition("/")
    if verb not in VERBS:
        return None
    scope["route"] = ROUTES[verb]
    return Posted(model, verb, body, headers.get(b"content-type", b""), headers.get(b"accept", b""))
