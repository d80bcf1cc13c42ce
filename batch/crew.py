"""Several processes, each with a clerk. A piece goes to each in turn and the answers come back in order."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection

from batch.clerk import Answer, Asked
from batch.reading.piece import Piece
from models.errors import ContractError, FormatRefused, TableMismatch
from models.memory import keep_memory

KEPT = 1 << 30  # bytes, more than a piece needs
LONG = 10.0  # seconds that a process may take to end when nobody talks to it any more
GONE = (EOFError, OSError)


def answers(pieces: Iterator[Piece], asked: Asked, workers: int) -> Generator[Answer]:
    """An answer a piece. ContractError as `Clerk` says, or when a process ends before its work does."""
    with ExitStack() as stack:
        idle = deque(stack.enter_context(_worker(asked)) for _ in range(workers))
        busy = deque[Worker]()
        for piece in pieces:
            done = None if idle else busy[0].answer()
            worker = idle.popleft() if idle else busy.popleft()
            worker.give(piece)  # before anybody looks at what it did, which takes a while
            busy.append(worker)
            if done is not None:
                yield done
        while busy:
            yield busy.popleft().answer()


class Worker:
    """A process and the door to it. It has one piece at a time, so that neither side waits for the other to listen."""

    def __init__(self, process: multiprocessing.process.BaseProcess, door: Connection) -> None:
        self._process, self._door = process, door

    def give(self, piece: Piece) -> None:
        """The next piece."""
        try:
            self._door.send(piece)
        except GONE:
            raise self._ended() from None

    def answer(self) -> Answer:
        """What came of it."""
        try:
            found = self._door.recv()
        except GONE:
            raise self._ended() from None
        if isinstance(found, ContractError):
            raise found
        return found  # type: ignore[no-any-return]

    def _ended(self) -> ContractError:
        self._process.join(LONG)
        code = self._process.exitcode or 0
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        return ContractError(f"a worker process {how}; nothing was written")


@contextmanager
def _worker(asked: Asked) -> Iterator[Worker]:
    context = multiprocessing.get_context("spawn")
    door, inner = context.Pipe()
    process = context.Process(target=work, args=(inner, asked), daemon=True)
    process.start()
    inner.close()
    try:
        yield Worker(process, door)
    finally:
        door.close()
        process.join(LONG)
        process.kill()


def work(door: Connection, asked: Asked) -> None:
    """Answer until nobody is there to ask. Ctrl-C is for the one who asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_memory(KEPT)
    clerk = asked.clerk()
    with suppress(*GONE):
        while True:
            piece = door.recv()
            try:
                door.send(clerk(piece))
            except TableMismatch as error:
                door.send(FormatRefused(error.placed))
            except ContractError as error:
                door.send(FormatRefused(str(error)))
