"""Serve: settings to a service that answers, in this process or in several. Opens the app only in a process that answers."""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Sequence
from functools import partial
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from multiprocessing.reduction import DupFd
from typing import Any, NamedTuple

from service.books import Damaged, clear, new_book
from service.counts import Counts
from service.listener import address_of, listen
from service.logs import configure
from service.process import set_aside, settle
from service.rings import new_ring
from service.settings import Settings
from service.shared import SharedCounts
from service.workers import Work, Workers

log = logging.getLogger(__name__)
Files = Sequence[int]  # descriptors, in the order of the workers' places


class Beside(NamedTuple):
    """What a worker has in common with those beside it, its place among them, and the process that started them."""

    counts: Counts
    rings: Files
    place: int
    parent: int


def serve(settings: Settings) -> int:
    """Serve until told to stop; 0. CannotListen, or WorkersFailed when none of several comes to serve."""
    listener = listen(settings.host, settings.port)
    told = {"address": address_of(listener), "repository": str(settings.repository)}
    log.info("serving", extra={**told, "workers": settings.workers})
    if settings.workers == 1:
        _answer(settings, listener)
    else:
        Workers(_work(settings, listener), settings.workers).stay()
    return 0


def _work(settings: Settings, listener: socket.socket) -> Work:
    """Answering, by processes that count together and share a socket, whose queue outlives each of them."""
    books = [new_book() for _ in range(settings.workers)]
    rings = [new_ring() for _ in range(settings.workers)] if settings.events else []
    return Work(
        start=partial(_start, settings, listener, books, rings),
        served=lambda place: _served(books[place]),
        close=listener.close,
    )


def _start(
    settings: Settings, listener: socket.socket, books: Files, rings: Files, place: int
) -> SpawnProcess:
    # Not a fork: locks that a thread of ours holds at that moment would stay locked in it.
    passed = ([DupFd(file) for file in files] for files in (books, rings))
    process = get_context("spawn").Process(target=_begin, args=(settings, listener, *passed, place))
    process.start()
    return process


def _begin(
    settings: Settings, listener: socket.socket, books: Sequence[Any], rings: Sequence[Any], place: int
) -> None:
    """What a worker does from its first moment on."""
    parent = os.getppid()
    configure(settings.log_level, sys.stderr)
    counts = SharedCounts([book.detach() for book in books], place)
    _answer(settings, listener, Beside(counts, [ring.detach() for ring in rings], place, parent))


def _answer(settings: Settings, listener: socket.socket, beside: Beside | None = None) -> None:
    settle()
    # Half a second and 60 MB that the parent of workers has no use for.
    from service.app import create_app  # noqa: PLC0415
    from service.events import Events  # noqa: PLC0415
    from service.server import Server  # noqa: PLC0415

    counts, rings, place, parent = beside or (None, (), 0, None)
    events = Events.shared(rings, place) if rings else None
    app = create_app(settings, counts=counts, events=events)
    Server(app, listener, parent=parent, begun=set_aside).stay()


def _served(book: int) -> bool:
    """Whether the last writer of a book came to serve; what belonged to it alone is gone from then on."""
    try:
        return bool(clear(book).pid)
    except Damaged:
        return False
