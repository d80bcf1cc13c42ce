"""Hot routes: POST /v1/models/{model}/{verb}, in front of the router because every microsecond is paid per request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from starlette.types import Scope

from models.errors import ContractError
from models.names import CHAMPION
from service.options import Asked, ScoreOptions, read_options, read_query
from service.pool import ScorerPool
from service.posted import JSON, KINDS, Posted, posted
from service.problems import problem, refusal
from service.scoring import Scoring
from service.served import Served
from service.singles import Singles
from service.verbs import VERBS, Request
from service.wire import Reply

OK = HTTPStatus.OK
ALLOW_POST = (b"allow", b"POST")
QUERIES, LONGEST_QUERY = 1024, 256  # query strings whose meaning is kept, and their bytes
Then = Callable[[Reply | None], None]


class Query(NamedTuple):
    """A query string, and the score options in it; None where something is wrong with them, which the verb will say."""

    asked: Asked
    options: ScoreOptions | None

    @classmethod
    def of(cls, query: bytes) -> Query:
        """Take one apart. OptionsRefused as `read_query` says."""
        asked = read_query(query)
        try:
            return cls(asked, read_options(ScoreOptions, {}, asked.options))
        except ContractError:  # of an option that another verb has, or none
            return cls(asked, None)

    @property
    def suits_single(self) -> bool:
        """Whether one record can be answered in few steps."""
        return self.options is not None and Singles.suits(self.options)


class HotRoutes:
    """Answers the verbs, whole bodies with whole replies; nothing else is its own."""

    def __init__(
        self, pool: ScorerPool, scoring: Scoring, singles: Singles, *, executor: Executor, max_rows: int
    ) -> None:
        self._pool, self._scoring, self._singles = pool, scoring, singles
        self._executor, self._max_rows = executor, max_rows
        # Types whose first body was read: it may bring a library, which takes long.
        self._met = {JSON, b"text/csv"}
        self._kept_query = lru_cache(maxsize=QUERIES)(Query.of)

    async def answer(self, scope: Scope, body: bytes) -> Reply | None:
        """The reply to a verb; None where the request is for somebody else. ContractError for all that is refused."""
        asked = posted(scope, dict(scope["headers"]), body)
        if asked is None:
            return None
        if scope["method"] != "POST":
            reply = problem(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed", f"{asked.verb} takes POST")
            return reply._replace(headers=(*reply.headers, ALLOW_POST))
        return await self._answer(asked, scope["query_string"])

    def ask(self, scope: Scope, headers: Mapping[bytes, bytes], body: bytes, then: Then) -> bool:
        """Whether a POST is so little work that it is done here: `then` gets its reply, at the latest when this turn ends.

        None in place of a reply, as False, leaves it to be answered the other way.
        """
        asked = posted(scope, headers, body)
        if asked is None:
            return False
        try:
            query = self._query(scope["query_string"])
            if query.asked.version is not None:  # which may have to be loaded
                return False
            served = self._alias(asked, query)
        except ContractError:  # the other way says what
            return False
        return self._ask_single(asked, query, served, then) or self._ask_few(asked, query, served, then)

    def _ask_single(self, asked: Posted, query: Query, served: Served, then: Then) -> bool:
        if query.options is None or not (asked.may_be_single and query.suits_single):
            return False

        def replied(found: bytes | None) -> None:
            then(None if found is None else Reply(OK, found))

        return self._singles.ask(served, asked.body, query.options, replied)

    def _ask_few(self, asked: Posted, query: Query, served: Served, then: Then) -> bool:
        if asked.kind not in self._met or not asked.is_little_work(served):
            return False
        request = self._request(asked, query)
        try:
            reply = VERBS[asked.verb](self._scoring, served, request)
        except ContractError as error:
            self._refused(asked, error, request)
            reply = refusal(error)
        then(reply)
        return True

    async def _answer(self, asked: Posted, query_string: bytes) -> Reply:
        request = None
        try:
            query = self._query(query_string)
            served = await self._served(asked, query)
            if query.options and asked.may_be_single and query.suits_single:
                quick = await self._singles.score(served, asked.body, query.options)
                if quick is not None:
                    return Reply(OK, quick)
            request = self._request(asked, query)
            if asked.kind in self._met and asked.is_little_work(served):
                return VERBS[asked.verb](self._scoring, served, request)
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, self._at_length, asked, served, request)
        except ContractError as error:
            self._refused(asked, error, request)
            raise

    def _at_length(self, asked: Posted, served: Served, request: Request) -> Reply:
        """In a thread: what takes long, and the first body of a type, which may bring a library."""
        reply = VERBS[asked.verb](self._scoring, served, request)
        if asked.kind in KINDS:  # clients make up others, where a verb needs no body
            self._met.add(asked.kind)
        return reply

    def _request(self, asked: Posted, query: Query) -> Request:
        content_type, accept = (text.decode("latin-1") for text in (asked.content_type, asked.accept))
        return Request(asked.body, content_type, query.asked.options, self._max_rows, accept, query.options)

    def _refused(self, asked: Posted, error: ContractError, request: Request | None) -> None:
        known = asked.model if asked.model in self._pool.models else None
        self._scoring.refused(known, error, request.records if request else 1)

    def _query(self, query: bytes) -> Query:
        return self._kept_query(query) if len(query) <= LONGEST_QUERY else Query.of(query)

    async def _served(self, asked: Posted, query: Query) -> Served:
        if query.asked.version is not None:
            return await self._pool.version(asked.model, query.asked.version)
        return self._alias(asked, query)

    def _alias(self, asked: Posted, query: Query) -> Served:
        return self._pool.alias(asked.model, query.asked.alias or CHAMPION)
