"""Memory: what one piece of work took is kept for the next. To give it back to the system and get it anew takes longer than to judge."""

from __future__ import annotations

import ctypes
from contextlib import suppress

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # of glibc's mallopt
LARGEST = 32 << 20  # bytes; glibc takes no larger threshold for what comes from the system piece by piece


def keep_memory(most: int) -> None:
    """Keep so many bytes, in a process that works for as long as it lives. Where the C library is not glibc, nothing happens."""
    with suppress(OSError, AttributeError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(MMAP_THRESHOLD, min(most, LARGEST))
        library.mallopt(TRIM_THRESHOLD, most)
