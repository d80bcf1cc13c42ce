"""Singles: a Single for every version that is asked, made once. Knows no body."""

from __future__ import annotations

import asyncio
from functools import partial

from service.options import ScoreOptions
from service.served import Served
from service.settings import Gather
from service.single import Single, Then
from service.telemetry import Telemetry

KEPT = 64  # versions; an alias that moves makes a new one


class Singles:
    """A Single for every version that is asked and can have one, made once."""

    def __init__(self, telemetry: Telemetry, gather: Gather) -> None:
        self._telemetry, self._gather = telemetry, gather
        self._made: dict[int, tuple[Served, Single | None]] = {}

    @staticmethod
    def suits(options: ScoreOptions) -> bool:
        """Whether a reply with these options can be made in few steps."""
        return not (options.embedding or options.expected or options.error_map or options.threshold)

    def ask(self, served: Served, body: bytes, options: ScoreOptions, then: Then) -> bool:
        """Whether a short JSON body is answered here; then its reply, as `Single.ask` says."""
        kept = self._made.get(id(served))
        if kept is None or kept[0] is not served:  # while it is kept, nothing else can have its id
            kept = self._made[id(served)] = (served, self._make(served))
        single = kept[1]
        return single is not None and len(body) <= single.longest and single.ask(body, options, then)

    async def score(self, served: Served, body: bytes, options: ScoreOptions) -> bytes | None:
        """The reply to a short JSON body; None where others must answer."""
        future: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        return await future if self.ask(served, body, options, partial(_tell, future)) else None

    def _make(self, served: Served) -> Single | None:
        if len(self._made) >= KEPT:
            self._made.clear()
        scorer = served.scorer
        if not Single.fits(scorer.columns, windowed=scorer.window is not None):
            return None
        tally = self._telemetry.of(served.model, served.version, scorer.columns.names)
        return Single(served, tally, self._gather)


def _tell(future: asyncio.Future[bytes | None], reply: bytes | None) -> None:
    if not future.done():  # the client may have left
        future.set_result(reply)
