"""Hot routes: POST /v1/models/{model}/{verb}, in front of the router because every microsecond is paid per request."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from starlette.types import Scope

from models.errors import ContractError
from models.formats import MEDIA_TYPES
from models.names import CHAMPION
from service.options import Asked, ScoreOptions, read_options, read_query
from service.pool import ScorerPool
from service.problems import problem
from service.scoring import Scoring
from service.served import Served
from service.single import Then
from service.singles import Singles
from service.verbs import VERBS, Request
from service.wire import Reply

PREFIX = "/v1/models/"
# Bytes of a body that is read and scored at once: some milliseconds. A longer one would keep everybody else waiting.
INLINE = {
    b"application/json": 1 << 19,
    b"application/x-npy": 1 << 19,
    b"application/vnd.apache.arrow.stream": 1 << 19,
}
INLINE_TEXT = 1 << 14  # of every other type: text is read cell by cell where it holds a surprise
INLINE_VALUES = 1 << 14  # of all windows that a short body can ask for: milliseconds of work
BETWEEN_READINGS = (b",", b"\n", b"\r")  # in JSON and in CSV
ALLOW_POST = (b"allow", b"POST")
JSON = b"application/json"
PARQUET = b"application/vnd.apache.parquet"  # a few bytes of which can be any number of rows
ANY = (b"", b"*/*", JSON)  # what clients accept that leave the form to us
QUERIES, LONGEST_QUERY = 1024, 256  # query strings whose meaning is kept, and their bytes
KINDS = frozenset(media_type.encode() for media_type in MEDIA_TYPES)


@dataclass(frozen=True, slots=True)
class Route:
    """A documented path; the gate names it in the metrics."""

    path: str


ROUTES = {verb: Route(f"{PREFIX}{{model}}/{verb}") for verb in VERBS}


class HotRoutes:
    """Answers the verbs, whole bodies with whole replies; nothing else is its own."""

    def __init__(
        self, pool: ScorerPool, scoring: Scoring, singles: Singles, *, executor: Executor, max_rows: int
    ) -> None:
        self._pool, self._scoring, self._singles = pool, scoring, singles
        self._executor, self._max_rows = executor, max_rows
        self._met = {
            JSON,
            b"text/csv",
        }  # types whose first body was read: it may bring a library, which takes long
        self._kept_query = lru_cache(maxsize=QUERIES)(asked_of)

    async def answer(self, scope: Scope, body: bytes) -> Reply | None:
        """The reply to a verb; None where the request is for somebody else. ContractError for all that is refused."""
        path: str = scope["path"]
        if not path.startswith(PREFIX):
            return None
        model, _, verb = path[len(PREFIX) :].partition("/")
        if verb not in VERBS:
            return None
        scope["route"] = ROUTES[verb]
        if scope["method"] != "POST":
            reply = problem(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed", f"{verb} takes POST")
            return reply._replace(headers=(*reply.headers, ALLOW_POST))
        headers = dict(scope["headers"])
        asked = Posted(model, verb, body, headers.get(b"content-type", b""), headers.get(b"accept", b""))
        return await self._answer(asked, scope["query_string"])

    def ask(self, scope: Scope, body: bytes, then: Then) -> bool:
        """Whether one record is asked for by JSON without more ado; then its reply, as `Single.ask` says."""
        model, _, verb = scope["path"].removeprefix(PREFIX).partition("/")
        if verb != "score":
            return False
        try:
            asked, options = self._query(scope["query_string"])
            if options is None or asked.version is not None or not Singles.suits(options):
                return False
            return self._singles.ask(self._pool.alias(model, asked.alias or CHAMPION), body, options, then)
        except ContractError:
            return False

    async def _answer(self, posted: Posted, query: bytes) -> Reply:
        model, verb, body = posted[:3]
        content_type, accept = (text.decode("latin-1") for text in (posted.content_type, posted.accept))
        request = Request(body, content_type, {}, self._max_rows, accept)
        try:
            asked, options = self._query(query)
            request.options, request.read_already = asked.options, options
            served = await self._served(model, asked)
            short = verb == "score" and posted.content_type == JSON and posted.accept in ANY
            if short and options and Singles.suits(options):
                quick = await self._singles.score(served, body, options)
                if quick is not None:
                    return Reply(HTTPStatus.OK, quick)
            work = (self._scoring, served, request)
            if self._is_short(posted) and not _is_long_work(verb, served, body):
                return VERBS[verb](*work)
            return await asyncio.get_running_loop().run_in_executor(
                self._executor, self._at_length, posted, work
            )
        except ContractError as error:
            known = model if model in self._pool.models else None
            self._scoring.refused(known, error, request.records)
            raise

    def _query(self, query: bytes) -> tuple[Asked, ScoreOptions | None]:
        return self._kept_query(query) if len(query) <= LONGEST_QUERY else asked_of(query)

    def _at_length(self, posted: Posted, work: tuple[Scoring, Served, Request]) -> Reply:
        """In a thread: what takes long, and the first body of a type, which may bring a library."""
        reply = VERBS[posted.verb](*work)
        if posted.kind in KINDS:  # clients make up others, where a verb needs no body
            self._met.add(posted.kind)
        return reply

    def _is_short(self, posted: Posted) -> bool:
        most = INLINE.get(posted.kind, INLINE_TEXT)
        return posted.kind in self._met and posted.kind != PARQUET and len(posted.body) <= most

    async def _served(self, model: str, asked: Asked) -> Served:
        if asked.version is not None:
            return await self._pool.version(model, asked.version)
        return self._pool.alias(model, asked.alias or CHAMPION)


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


def asked_of(query: bytes) -> tuple[Asked, ScoreOptions | None]:
    """A query string, and the score options in it; None where something is wrong with them, which the verb will say."""
    asked = read_query(query)
    try:
        return asked, read_options(ScoreOptions, {}, asked.options)
    except ContractError:  # of an option that another verb has, or none
        return asked, None


def _is_long_work(verb: str, served: Served, body: bytes) -> bool:
    """Whether a short body may ask for much.

    Thousands of records from a few words, all the pixels of a blank picture, a long window for every reading.
    """
    window, columns = served.scorer.window, served.scorer.columns
    if window is not None:
        readings = 1 + sum(map(body.count, BETWEEN_READINGS))  # or fewer
        return readings * window.length * len(columns.names) > INLINE_VALUES
    return verb == "sample" or bool(columns.images)
