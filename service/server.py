"""Server: one app on one socket until told to stop. Knows signals; knows nothing of models."""

from __future__ import annotations

import logging
import math
import os
import signal
import socket
import time
from asyncio import Runner
from collections.abc import Callable
from functools import partial
from types import FrameType

import uvicorn

from service.app import Service
from service.listener import BACKLOG, address_of
from service.protocol import PatientProtocol

log = logging.getLogger(__name__)
# A terminal tells all processes of a command, and some supervisors do; then the parent tells this one a second time.
ECHO_SECONDS = 1.0
FINISH_SECONDS = 25  # what orchestrators grant after asking, less a margin; then what is left is cut off


class Server(uvicorn.Server):
    """uvicorn that, told to stop, first says so for a while, then takes no more, then finishes what it has.

    `parent`: the process that tells this one when to stop, where there is one. `begun` is called when all is loaded.
    """

    def __init__(
        self,
        app: Service,
        listener: socket.socket,
        *,
        parent: int | None = None,
        begun: Callable[[], None] = lambda: None,
    ) -> None:
        self._drain, self._seconds, self._listener = app.drain, app.settings.drain_seconds, listener
        self._telemetry, self._parent, self._begun = app.telemetry, parent, begun
        self._leave_at, self._told_at = 0.0, -math.inf
        config = uvicorn.Config(
            app,
            loop="uvloop",
            http=partial(  # type: ignore[arg-type]
                PatientProtocol, seconds=app.settings.receive_seconds, take=app.shortcut.take
            ),
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            timeout_graceful_shutdown=FINISH_SECONDS,
        )
        super().__init__(config)

    @property
    def address(self) -> str:
        """Where it listens, as a browser wants it."""
        return address_of(self._listener)

    def stay(self) -> None:
        """Serve until told to stop."""
        with Runner(loop_factory=self.config.get_loop_factory()) as runner:
            runner.run(self.serve(sockets=[self._listener]))

    def stop(self) -> None:
        """Begin to stop; asked again, stop at once."""
        self.force_exit = self.force_exit or self._drain.active
        self.should_exit = self.force_exit
        if not self._drain.active:
            self._leave_at = time.monotonic() + self._seconds
            self._drain.active = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Load, listen, and say so."""
        await super().startup(sockets)
        self._begun()
        self._telemetry.started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  (uvicorn's name for it)
        """SIGTERM and SIGINT. uvicorn's own would stop at once, and end by the signal instead of with 0."""
        told_at, self._told_at = self._told_at, time.monotonic()
        if self._parent and (sig == signal.SIGINT or self._told_at - told_at < ECHO_SECONDS):
            return
        log.info("stopping", extra={"signal": signal.Signals(sig).name})
        self.stop()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to leave."""
        if self._parent and self._parent != os.getppid() and not self._drain.active:
            log.error("stopping: the process that started this one is gone")
            self.stop()
        drained = self._drain.active and time.monotonic() >= self._leave_at
        return await super().on_tick(counter) or drained
