"""Keep the memory of one piece for the next: to give it back to the system and get it again takes longer than to judge."""

from __future__ import annotations

import ctypes
from contextlib import suppress

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # of glibc's mallopt
KEPT = 1 << 30  # bytes, more than a piece needs


def keep_memory() -> None:
    """For a process that does nothing else, at its door. Where the C library is not glibc, nothing happens."""
    with suppress(OSError, AttributeError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(MMAP_THRESHOLD, KEPT)
        library.mallopt(TRIM_THRESHOLD, KEPT)
