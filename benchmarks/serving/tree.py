"""What a process and all that it started use, read from /proc. Linux only."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")  # a second
# Places in /proc/PID/stat after the name, which may hold spaces: proc(5) counts from 1 and before it.
PARENT, CPU = 1, slice(11, 15)


def members(root: int) -> list[int]:
    """The process and its descendants."""
    children: dict[int, list[int]] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        fields = _fields(stat)
        if fields:
            children.setdefault(int(fields[PARENT]), []).append(int(stat.parent.name))
    found = [root]
    for each in found:  # grows as it goes
        found += children.get(each, [])
    return found


def cpu_seconds(root: int) -> float:
    """User and system time of the tree so far, and of those of its children that have ended."""
    spent = [_fields(PROC / str(each) / "stat")[CPU] for each in members(root)]
    return sum(int(ticks) for times in spent for ticks in times) / TICKS


def memory_bytes(root: int) -> int:
    """Proportional set size of the tree: what several processes share counts once."""
    return sum(_proportional(PROC / str(each) / "smaps_rollup") for each in members(root))


def _fields(stat: Path) -> list[str]:
    """Empty where the process has just ended."""
    try:
        return stat.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _proportional(rollup: Path) -> int:
    try:
        lines = rollup.read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
