"""Runners: do what steps ask for, blocking or awaiting. Know neither verbs nor records."""

from __future__ import annotations

import time
from dataclasses import dataclass

import anyio
import httpx

from offbeat.client.steps import Made, Outcome, Pause, Step, Steps


@dataclass(frozen=True, slots=True)
class Runner:
    """Sends calls over one client of httpx, and sleeps in between."""

    http: httpx.Client

    def __call__(self, steps: Steps[Made]) -> Made:
        """Step by step to the end."""
        try:
            step = next(steps)
            while True:
                step = steps.send(self._done(step))
        except StopIteration as end:
            made: Made = end.value
            return made

    def _done(self, step: Step) -> Outcome:
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return None
        try:
            return self.http.send(step.on(self.http))
        except httpx.TransportError as error:
            return error


@dataclass(frozen=True, slots=True)
class AsyncRunner:
    """The same on an event loop."""

    http: httpx.AsyncClient

    async def __call__(self, steps: Steps[Made]) -> Made:
        """Step by step to the end."""
        try:
            step = next(steps)
            while True:
                step = steps.send(await self._done(step))
        except StopIteration as end:
            made: Made = end.value
            return made

    async def _done(self, step: Step) -> Outcome:
        if isinstance(step, Pause):
            await anyio.sleep(step.seconds)
            return None
        try:
            return await self.http.send(step.on(self.http))
        except httpx.TransportError as error:
            return error
