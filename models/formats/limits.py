"""How much may come out of a packed body, and what is said where pyarrow cannot read one. Imports pyarrow."""

from __future__ import annotations

import pyarrow as pa

MOST_DECODED = 1 << 29  # bytes of all columns of one call: 100,000 rows of 600 numbers
MOST_ROWS = 1 << 31  # of a file, whoever reads it
MOST_PARTS = 20_000  # batches, row groups or pages: each costs something, empty as it may be
SHOWN = 120  # characters of what pyarrow says that an error repeats
CANNOT = (pa.ArrowException, OSError, ValueError, TypeError, LookupError, OverflowError, MemoryError)


def said(error: Exception) -> str:
    """The first line of what pyarrow says."""
    first = (str(error).splitlines() or [""])[0]
    return first[:SHOWN] or type(error).__name__
