"""Do the next step's work while this one's is looked at: reading, judging and writing overlap in one process.

It pays since what they wait for — files, compression, the graph — lets other threads have the interpreter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")
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


def each(work: Callable[[Item], Made], items: Iterator[Item], threads: int) -> Generator[Made]:
    """What `work` makes of every item, in order, of some at a time. It must not mind to be called by several threads."""
    with ThreadPoolExecutor(threads) as pool:
        asked: deque[Future[Made]] = deque()
        for item in items:
            asked.append(pool.submit(work, item))
            if len(asked) > threads:
                yield asked.popleft().result()
        while asked:
            yield asked.popleft().result()
