"""Show a file go by: a bar with rows per second and the time left on a terminal, plain lines in a pipe. Knows no verdicts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

EVERY = 10.0  # seconds between two lines in a pipe


class Shown(Protocol):
    """Is told how far it is: the rows so far, and the share of the file, 0 to 1."""

    def __call__(self, rows: int, done: float) -> None:
        """After each piece."""
        ...


def shown(console: Console, what: str, *, quiet: bool) -> AbstractContextManager[Shown]:
    """The way that suits whoever looks."""
    if quiet:
        return nullcontext(_nothing)
    return _bar(console, what) if console.is_terminal else nullcontext(Lines(console, what))


def per_second(rows: int, seconds: float) -> str:
    """`1,234,000 rows/s`."""
    return f"{rows / max(seconds, 1e-9):,.0f} rows/s"


class Lines:
    """A line every few seconds; a short run has none."""

    def __init__(self, console: Console, what: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._console, self._what, self._clock = console, what, clock
        self._begun = self._said = clock()

    def __call__(self, rows: int, done: float) -> None:
        """Say so, if it is time."""
        now = self._clock()
        if now - self._said >= EVERY:
            self._said = now
            rate = per_second(rows, now - self._begun)
            self._console.print(f"{self._what}: {rows:,} rows, {done:.0%}, {rate}", soft_wrap=True)


def _nothing(rows: int, done: float) -> None:
    """For scripts that only want the result."""


@contextmanager
def _bar(console: Console, what: str) -> Iterator[Shown]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    begun = time.monotonic()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=1.0, rate="")

        def show(rows: int, done: float) -> None:
            progress.update(task, completed=done, rate=per_second(rows, time.monotonic() - begun))

        yield show
