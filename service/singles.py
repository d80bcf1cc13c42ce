"""Singles: a Single for every version that is asked, made once. Knows no body."""

from __future__ import annotations

import asyncio
from functools import partial

from service.options import ScoreOptions
from service.served import Served
from service.settings import Gather
from service.single import Single, Then
from service.telemetry import Telemetry

KEPT = 16  # versions
Key = tuple[str, str | None, int | None, float]


class Singles:
    """A Single for every version that is asked and can have one, made once."""

    def __init__(self, telemetry: Telemetry, gather: Gather) -> None:
        self._telemetry, self._gather = telemetry, gather
        self._made: dict[Key, Single | None] = {}

    @staticmethod
    def suits(options: ScoreOptions) -> bool:
        """Whether a reply with these options can be made in few steps."""
        more = options.embedding, options.actual, options.expected, options.error_map, options.threshold
        return not any(more)

    def ask(self, served: Served, body: bytes, options: ScoreOptions, then: Then) -> bool:
        """Whether a short JSON body is answered here; then its reply, as `Single.ask` says."""
        key = (served.digest, served.alias, served.generation, served.threshold.value)
        if key not in self._made:
            self._forget(served.model, served.alias)
            self._made[key] = self._make(served)
        single = self._made[key]
        return single is not None and len(body) <= single.longest and single.ask(body, options, then)

    async def score(self, served: Served, body: bytes, options: ScoreOptions) -> bytes | None:
        """The reply to a short JSON body; None where others must answer."""
        future: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        return await future if self.ask(served, body, options, partial(_tell, future)) else None

    def _forget(self, model: str, alias: str | None) -> None:
        """What an alias was before it moved, and the first of too many: a loaded version stays as long as its Single."""
        for key, single in [*self._made.items()]:
            if single and alias and (single.model, key[1]) == (model, alias):
                del self._made[key]
        while len(self._made) >= KEPT:
            del self._made[next(iter(self._made))]

    def _make(self, served: Served) -> Single | None:
        scorer = served.scorer
        if not Single.fits(scorer.columns, windowed=scorer.window is not None):
            return None
        tally = self._telemetry.of(served.model, served.version, scorer.columns.names)
        return Single(served, tally, self._gather)


def _tell(future: asyncio.Future[bytes | None], reply: bytes | None) -> None:
    if not future.done():  # the client may have left
        future.set_result(reply)
