"""Workers: processes that do the same work side by side, started again when they die. Know not what the work is."""

from __future__ import annotations

import logging
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

from models.errors import ContractError

log = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0  # between two starts in a place: who dies of every request must not keep the machine busy
PATIENCE = 5  # deaths in a row of workers that never served: the next one would die as well


class WorkersFailed(ContractError):
    """Workers end before they serve, again and again."""


@dataclass(frozen=True, slots=True)
class Work:
    """What workers do, by their places from 0 on."""

    start: Callable[[int], BaseProcess]
    served: Callable[[int], bool]  # asked once after a death: whether it came to serve
    close: Callable[[], None]  # called when nobody will be started any more


class Workers:
    """As many processes as places, until told to stop."""

    def __init__(self, work: Work, places: int) -> None:
        self._work = work
        self._running: dict[int, BaseProcess] = {}
        self._due = dict.fromkeys(range(places), 0.0)  # when an empty place is to be filled
        self._earliest: dict[int, float] = {}  # when one that is not may be again
        self._in_vain = 0
        self._stopping = False

    def stay(self) -> None:
        """Keep every place filled until SIGTERM or SIGINT, then wait for all. WorkersFailed when that is no use."""
        with _signals() as told:
            while self._running or not self._stopping:
                if not self._stopping:
                    self._fill()
                sentinels = [process.sentinel for process in self._running.values()]
                wait([*sentinels, told], self._seconds_to_wait())
                self._heed(told)
                for place in [place for place, process in self._running.items() if not process.is_alive()]:
                    self._bury(place)
        if self._in_vain >= PATIENCE:
            raise WorkersFailed("workers end before they serve, one after the other; the log above says why")

    def _fill(self) -> None:
        now = time.monotonic()
        for place in [place for place, due in self._due.items() if due <= now]:
            self._due.pop(place)
            self._running[place] = self._work.start(place)
            self._earliest[place] = now + PAUSE_SECONDS

    def _seconds_to_wait(self) -> float | None:
        if self._stopping or not self._due:
            return None
        return max(0.0, min(self._due.values()) - time.monotonic())

    def _heed(self, told: socket.socket) -> None:
        """Pass on each signal that came: a second one means at once."""
        try:
            signals = len(told.recv(16))
        except BlockingIOError:
            return
        for _ in range(signals):
            self._stop()

    def _stop(self) -> None:
        if not self._stopping:
            self._stopping = True
            self._work.close()
        for process in self._running.values():
            process.terminate()

    def _bury(self, place: int) -> None:
        process = self._running.pop(place)
        process.join()
        self._due[place] = self._earliest[place]
        served = self._work.served(place)
        told = {"worker": place, "pid": process.pid, "exit_code": process.exitcode}
        if self._stopping:
            log.info("a worker has left", extra=told)
            return
        log.error("a worker died", extra=told)
        self._in_vain = 0 if served else self._in_vain + 1
        if self._in_vain >= PATIENCE:
            self._stop()


@contextmanager
def _signals() -> Iterator[socket.socket]:
    """A socket that receives a byte for every SIGTERM and SIGINT."""
    told, teller = socket.socketpair()
    with told, teller:
        for end in (told, teller):
            end.settimeout(0)
        wakeup = signal.set_wakeup_fd(teller.fileno(), warn_on_full_buffer=False)
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, lambda *_: None) for number in numbers}
        try:
            yield told
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(wakeup)
