"""The bytes of a file, read where somebody looks at them. A map of the file would count as memory for as long as it lasts."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, overload

AHEAD = 1 << 10  # bytes that are read where one is looked at: most headers are shorter


class Bytes(Protocol):
    """What `bytes` can do, as far as whoever looks for headers needs it."""

    def __len__(self) -> int:
        """How many."""
        ...

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> bytes: ...
    def __getitem__(self, at: int | slice) -> int | bytes:
        """One of them, or some."""
        ...


class FileBytes:
    """Open while it is entered. OSError when it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self._size = os.fstat(self._file.fileno()).st_size
        self._start, self._near = 0, b""

    def __enter__(self) -> Self:
        """Open already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._file.close()

    def __len__(self) -> int:
        """How many when it was opened."""
        return self._size

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> bytes: ...
    def __getitem__(self, at: int | slice) -> int | bytes:
        """One byte, or those of a slice without a step."""
        if isinstance(at, slice):
            start, stop, _ = at.indices(self._size)
            return os.pread(self._file.fileno(), max(0, stop - start), start)
        if not self._start <= at < self._start + len(self._near):
            self._start, self._near = at, os.pread(self._file.fileno(), AHEAD, at)
        return self._near[at - self._start]
