"""Process: what is set once in a process that answers requests, and nowhere else. Knows nothing of them."""

from __future__ import annotations

import ctypes
import os
import sys
import threading

# A thread that holds the interpreter gives it up this often when another waits: long bodies are read in threads, and
# at Python's own 5 ms each of them would keep short requests waiting for so long.
SWITCH_SECONDS = 0.0005
# glibc's names for: how large a piece comes from the system each time, and how much unused memory is kept.
MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1
KEPT = (
    32 << 20
)  # bytes; what a body of thousands of records takes is then not asked of the system for each anew


LESS_URGENT = 10  # of niceness: long bodies take what short ones leave of a core


def give_way() -> None:
    """Make the thread that calls this one less urgent than the others of its process, where a system knows such a thing."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LESS_URGENT)


def settle() -> None:
    """Make this process good at short requests beside long ones."""
    sys.setswitchinterval(SWITCH_SECONDS)
    adjust = getattr(ctypes.CDLL(None), "mallopt", None)  # only glibc has it
    if adjust is not None:
        adjust(MMAP_THRESHOLD, KEPT)
        adjust(TRIM_THRESHOLD, KEPT)
