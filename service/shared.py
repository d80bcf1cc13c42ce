"""Shared counts: one process's book to write, and those of all to read. Knows the files, not who starts the processes.

What was counted outlives whoever counted it, since it lies in memory of the system, not of the process. The next worker
in the place of a dead one goes on in its book: totals never go back, and there are as many books as places.
"""

from __future__ import annotations

import mmap
import os
import sys
from collections.abc import Mapping, Sequence
from itertools import repeat
from operator import add
from threading import Lock

from service.books import PID, USED, Damaged, Entry, Page, begin, clear, packed, read
from service.counts import UNREADABLE, WIDTH, Cell, Key

ROOM = 1 << 16  # bytes of a book at first; what is not written costs nothing


class SharedCounts:
    """Counts of the process in one `place` among several. `files`: descriptors of the books of all places."""

    def __init__(self, files: Sequence[int], place: int) -> None:
        self.lock = Lock()
        self._appending = Lock()
        self._files, self._own = files, files[place]
        self._resume()
        self._unreadable = self.cell((UNREADABLE,), 1)

    def cell(self, key: Key, size: int, *, passing: bool = False) -> Cell:
        """The numbers under a key."""
        with self._appending:
            if key not in self._cells:
                self._cells[key] = self._append(key, size, passing=passing)
            return self._cells[key]

    def totals(self) -> Mapping[Key, list[float]]:
        """Every key with its numbers, added over all books; one that cannot be read is left out, and counted."""
        pages = self._pages()
        with self.lock:
            self._unreadable[0] += pages.count(None)
        found: dict[Key, list[float]] = {}
        for page in filter(None, pages):
            for entry in page.entries:
                numbers = page.numbers(entry)
                found[entry.key] = list(map(add, found.get(entry.key, repeat(0.0)), numbers))
        return found

    def workers(self) -> Mapping[str, int]:
        """The processes that serve now: their ids by their places."""
        return {str(place): page.pid for place, page in enumerate(self._pages()) if page and page.pid}

    def serving(self) -> None:
        """Say that this process serves."""
        self._map[PID] = os.getpid().to_bytes(WIDTH, sys.byteorder)

    def _pages(self) -> list[Page | None]:
        return [_page(file) for file in self._files]

    def _resume(self) -> None:
        """Go on where the last process in this place ended; begin anew after one whose book is damaged."""
        try:
            page = clear(self._own)
        except Damaged:
            begin(self._own)
            page = read(self._own)
        self._used = len(page.data)
        self._map = self._mapped(max(self._used, ROOM))
        self._cells = {entry.key: self._bound(entry) for entry in page.entries}

    def _append(self, key: Key, size: int, *, passing: bool) -> Cell:
        content, entry = packed(key, size, passing=passing, at=self._used)
        end = self._used + len(content)
        if end > len(self._map):  # what is bound stays bound to the same bytes, by the map before
            self._map = self._mapped(2 * end)
        self._map[self._used : end] = content
        self._map[USED] = end.to_bytes(WIDTH, sys.byteorder)  # last: until now nobody sees it
        self._used = end
        return self._bound(entry)

    def _mapped(self, size: int) -> mmap.mmap:
        os.ftruncate(self._own, size)
        return mmap.mmap(self._own, size)

    def _bound(self, entry: Entry) -> Cell:
        return memoryview(self._map)[entry.place].cast("d")


def _page(file: int) -> Page | None:
    try:
        return read(file)
    except Damaged:
        return None
