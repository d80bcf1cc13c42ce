"""Do the next step's work while this one's is looked at: reading, judging and writing overlap in one process."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

Item = TypeVar("Item")
AHEAD = 2  # items that are ready and wait


def ahead(items: Generator[Item]) -> Iterator[Item]:
    """The same items, each made in another thread before it is asked for. Whatever is raised there is raised here."""
    with closing(items), ThreadPoolExecutor(1) as thread:
        asked: deque[Future[Item | None]] = deque()
        for _ in range(AHEAD):
            asked.append(thread.submit(next, items, None))
        while (item := asked.popleft().result()) is not None:
            asked.append(thread.submit(next, items, None))
            yield item
