"""Retrying: when a request is sent again, and after how long. Knows no verb; sleeps never, it says how long to."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from offbeat.client.errors import Unreachable
from offbeat.client.steps import Call, Outcome, Pause, Steps

FULL = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout)
# A service that stops or restarts breaks connections that were idle. Time that ran out is not here: the work was too
# much, and would be again.
BROKEN = (*UNSENT, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)
FIRST, LONGEST = 0.1, 5.0  # seconds between tries when the service does not say; doubled each time


@dataclass(frozen=True, slots=True)
class Retries:
    """At most `times` more tries, all within `patience` seconds of the first. `chance` gives 0 to 1."""

    times: int
    patience: float = 30.0
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random

    def answered(self, call: Call) -> Steps[httpx.Response]:
        """Send a call until it is answered, or it is pointless to go on. Unreachable when there was no reply."""
        began, tried = self.clock(), 0
        while True:
            outcome = yield call
            wait = self._wait(call, outcome, tried)
            if wait is None or self.clock() - began + wait > self.patience:
                return _reply(call, outcome)
            yield Pause(wait)
            tried += 1

    def _wait(self, call: Call, outcome: Outcome, tried: int) -> float | None:
        """Seconds until the next try; None when there is none."""
        if tried >= self.times or not _passes(call, outcome):
            return None
        backoff = min(LONGEST, FIRST * 2.0**tried)
        asked = _retry_after(outcome)
        # Those who were turned away together shall not come back together.
        return backoff * (1 + self.chance()) / 2 if asked is None else asked + backoff * self.chance()


def _passes(call: Call, outcome: Outcome) -> bool:
    """Whether what came of a call may be different the next time, and asking again does no harm."""
    if isinstance(outcome, httpx.Response):
        return call.repeatable and outcome.status_code in FULL
    return isinstance(outcome, BROKEN if call.repeatable else UNSENT)


def _retry_after(outcome: Outcome) -> float | None:
    """Seconds that the service asks for, as a number or as a date; None when it does not, or not in words we know."""
    told = outcome.headers.get("retry-after", "") if isinstance(outcome, httpx.Response) else ""
    if told.strip().isdecimal():
        return float(told)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _reply(call: Call, outcome: Outcome) -> httpx.Response:
    if isinstance(outcome, httpx.Response):
        return outcome
    if isinstance(outcome, httpx.TransportError):
        raise Unreachable(_address(call, outcome), outcome) from outcome
    raise TypeError(f"a call ends in a reply or an error, not in {outcome!r}")


def _address(call: Call, error: httpx.TransportError) -> str:
    try:
        return str(error.request.url)
    except RuntimeError:
        return call.path
