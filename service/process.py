"""Process: what is set once in a process that answers requests, and nowhere else. Knows nothing of them."""

from __future__ import annotations

import gc
import os
import sys
import threading

from models.memory import keep_memory

# A thread that holds the interpreter gives it up this often when another waits: long bodies are read in threads, and
# at Python's own 5 ms each of them would keep short requests waiting for so long.
SWITCH_SECONDS = 0.0005
KEPT = 32 << 20  # bytes: what a body of thousands of records takes
# New objects before the collector of cycles looks at them, and looks before it looks at older ones. By Python's own 700
# it looks at all requests in flight again and again.
GARBAGE = (20_000, 20, 20)
LESS_URGENT = 10  # of niceness: long bodies take what short ones leave of a core


def give_way() -> None:
    """Make the thread that calls this one less urgent than the others of its process, where a system knows such a thing."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LESS_URGENT)


def settle() -> None:
    """Make this process good at short requests beside long ones. Until `set_aside` nothing is collected: all of it stays."""
    gc.disable()
    sys.setswitchinterval(SWITCH_SECONDS)
    keep_memory(KEPT)


def set_aside() -> None:
    """Spare the collector of cycles all that is there by now: libraries and models. To look at them takes 50 ms."""
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    gc.enable()
