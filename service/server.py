"""Server: one app on one socket until told to stop. Knows signals; knows nothing of models."""

from __future__ import annotations

import logging
import os
import signal
import socket
import time
from asyncio import Runner
from functools import partial
from types import FrameType

import uvicorn
from prometheus_client import disable_created_metrics

from service.app import Service, create_app
from service.protocol import PatientProtocol
from service.refusals import CannotListen
from service.settings import Settings

log = logging.getLogger(__name__)
BACKLOG = 2048
FINISH_SECONDS = 25  # what orchestrators grant after asking, less a margin; then what is left is cut off


class Server(uvicorn.Server):
    """uvicorn that, told to stop, first says so for a while, then takes no more, then finishes what it has."""

    def __init__(self, app: Service, listener: socket.socket) -> None:
        self._drain, self._seconds, self._listener = app.drain, app.settings.drain_seconds, listener
        self._leave_at = 0.0
        config = uvicorn.Config(
            app,
            loop="uvloop",
            http=partial(PatientProtocol, seconds=app.settings.receive_seconds),  # type: ignore[arg-type]
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
        host, port = self._listener.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

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

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  (uvicorn's name for it)
        """SIGTERM and SIGINT. uvicorn's own would stop at once, and end by the signal instead of with 0."""
        log.info("stopping", extra={"signal": signal.Signals(sig).name})
        self.stop()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to leave."""
        drained = self._drain.active and time.monotonic() >= self._leave_at
        return await super().on_tick(counter) or drained


def listen(host: str, port: int) -> socket.socket:
    """A socket of our own. CannotListen when the address is taken, not this machine's, or not allowed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        # Python adds the address to the system's words; a name that does not resolve has words of its own.
        number = error.errno or 0
        why = os.strerror(number) if number > 0 else error.strerror
        raise CannotListen(
            f"cannot listen on {host} port {port}: {why}; choose another --host or --port"
        ) from None


def serve(settings: Settings) -> int:
    """Serve until told to stop; 0."""
    # They would be a second series beside every counter, and nobody's Prometheus keeps them.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    listener = listen(settings.host, settings.port)
    server = Server(create_app(settings), listener)
    log.info("serving", extra={"address": server.address, "repository": str(settings.repository)})
    server.stay()
    return 0
