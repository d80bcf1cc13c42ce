"""Cores: how many processors this process may use, by its affinity and by the quota of its container. Reads what the kernel shows, once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path("/")


def cores(root: Path = ROOT) -> int:
    """Processors that may be used at once, at least 1: those of the CPU set, or fewer whole ones by the quota.

    `root`: where `proc` and `sys` lie. The host's own number would start threads that the quota then stops in turns.
    """
    try:
        allowed = len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        allowed = os.cpu_count() or 1
    return max(1, int(min([allowed, *_quotas(root)])))


def _quotas(root: Path) -> Iterator[float]:
    """Processors that each control group around this process may use, of version 2 and 1, where it has a limit."""
    for mount, group in _groups(root):
        # A container may see its own group as the root, or its path on the host beside a mount of its own.
        for folder in dict.fromkeys((mount, *_folders(mount, group))):
            with suppress(OSError, ValueError):
                yield _quota(folder)


def _groups(root: Path) -> Iterator[tuple[Path, str]]:
    """Where the groups that limit processors are mounted, and this process's own below it."""
    with suppress(OSError, ValueError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, group = line.split(":", 2)
            if not controllers:
                yield root / "sys/fs/cgroup", group
            elif "cpu" in controllers.split(","):
                yield root / "sys/fs/cgroup" / controllers, group
                yield root / "sys/fs/cgroup/cpu", group


def _folders(mount: Path, group: str) -> Iterator[Path]:
    below = Path(group.lstrip("/"))
    yield from (mount / part for part in (below, *below.parents))


def _quota(folder: Path) -> float:
    """Processors a group may use. OSError when the group is not there, ValueError when it has no limit."""
    if (folder / "cpu.max").exists():
        quota, period = (folder / "cpu.max").read_text().split()
    else:
        quota, period = ((folder / name).read_text() for name in ("cpu.cfs_quota_us", "cpu.cfs_period_us"))
    if int(quota) < 0:
        raise ValueError(quota)
    return int(quota) / int(period)
