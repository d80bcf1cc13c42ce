"""Read this machine's own telemetry with psutil, one record a call. Knows nothing of files or clocks on the wall."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil

Readings = dict[str, float]
VMSTAT = Path("/proc/vmstat")
MISSING = float("nan")


def cpu_seconds() -> Readings:
    """Seconds each CPU mode has had since boot, over all cores; the modes are the system's own."""
    times = psutil.cpu_times()._asdict()
    # The kernel counts guests inside user and nice already; keeping them would count them twice.
    return {f"cpu_{mode}": float(spent) for mode, spent in times.items() if "guest" not in mode}


def scheduler_counts() -> Readings:
    """Context switches and interrupts since boot."""
    stats = psutil.cpu_stats()
    return {"context_switches_per_s": stats.ctx_switches, "interrupts_per_s": stats.interrupts}


def paging_counts() -> Readings:
    """Pages swapped (bytes) and, where the kernel tells, page faults since boot."""
    swap = psutil.swap_memory()
    counts: Readings = {"swap_in_bytes_per_s": swap.sin, "swap_out_bytes_per_s": swap.sout}
    if VMSTAT.exists():
        lines = dict(line.split() for line in VMSTAT.read_text().splitlines())
        counts["page_faults_per_s"] = float(lines["pgfault"])
        counts["major_faults_per_s"] = float(lines["pgmajfault"])
    return counts


def disk_counts() -> Readings:
    """Bytes and operations of all disks since boot; nothing on a machine without disks."""
    disk = psutil.disk_io_counters()
    if disk is None:
        return {}
    return {
        "disk_read_bytes_per_s": disk.read_bytes,
        "disk_write_bytes_per_s": disk.write_bytes,
        "disk_reads_per_s": disk.read_count,
        "disk_writes_per_s": disk.write_count,
    }


def network_counts() -> Readings:
    """Bytes and packets over all interfaces since boot, loopback among them."""
    net = psutil.net_io_counters()
    if net is None:
        return {}
    return {
        "net_sent_bytes_per_s": net.bytes_sent,
        "net_received_bytes_per_s": net.bytes_recv,
        "net_sent_packets_per_s": net.packets_sent,
        "net_received_packets_per_s": net.packets_recv,
    }


def load() -> Readings:
    """The run queue's length, averaged over one minute; longer averages mostly tell of the past."""
    return {"load_1m": psutil.getloadavg()[0]}


def memory() -> Readings:
    """Shares of the machine's memory, 0 to 1. The file cache grows for days and is no sign of trouble: left out."""
    seen = psutil.virtual_memory()
    parts = {"available": seen.available, "used": seen.used}
    parts |= {part: getattr(seen, part) for part in ("shared",) if hasattr(seen, part)}
    return {f"memory_{part}_share": amount / seen.total for part, amount in parts.items()}


def processes() -> Readings:
    """How many processes there are."""
    return {"processes": float(len(psutil.pids()))}


def sockets() -> Readings:
    """How many internet sockets are open."""
    return {"sockets": float(len(psutil.net_connections(kind="inet")))}


COUNTERS = (scheduler_counts, paging_counts, disk_counts, network_counts)
GAUGES = (load, memory, processes, sockets)


class HostSampler:
    """Turns counters since boot into shares and rates between two calls.

    `names` is fixed when the sampler is made: what this system cannot read is left out then, and a
    reading that fails later is NaN (an empty cell in a file), never a shifted column.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._before = self._count()
        self.names = tuple(self._before[1] | self._before[2] | _read(GAUGES))

    def sample(self) -> Readings:
        """One record: CPU shares and per-second rates since the last call, and gauges as they stand."""
        then, cpu_then, counts_then = self._before
        self._before = now, cpu, counts = self._count()
        elapsed = max(now - then, 1e-9)
        rates = {name: value / elapsed for name, value in _grown(counts, counts_then).items()}
        found = _shares(_grown(cpu, cpu_then)) | rates | _read(GAUGES)
        return {name: found.get(name, MISSING) for name in self.names}

    def _count(self) -> tuple[float, Readings, Readings]:
        return self._clock(), _read((cpu_seconds,)), _read(COUNTERS)


def _read(sources: tuple[Callable[[], Readings], ...]) -> Readings:
    found: Readings = {}
    for source in sources:
        # A container or another system may refuse one source; the others are still worth having.
        with contextlib.suppress(psutil.Error, OSError, KeyError, ValueError):
            found |= source()
    return found


def _grown(now: Mapping[str, float], then: Mapping[str, float]) -> Readings:
    """Growth of each counter; a counter that was reset shows no growth rather than a negative one."""
    return {name: max(value - then[name], 0.0) for name, value in now.items() if name in then}


def _shares(spent: Readings) -> Readings:
    whole = sum(spent.values())
    return {name: value / whole if whole else 0.0 for name, value in spent.items()}


def records(
    sampler: HostSampler,
    interval: float,
    until: Callable[[], bool],
    wait: Callable[[float], object] = time.sleep,
) -> Iterator[Readings]:
    """Sample every `interval` seconds until told to stop, on the beat: a late sample does not shift the next.

    `wait` takes seconds; one that returns early, because somebody wants to stop, makes the last sample early.
    """
    start, beat = time.monotonic(), 0
    while not until():
        beat = max(beat + 1, int((time.monotonic() - start) / interval) + 1)
        wait(max(start + beat * interval - time.monotonic(), 0))
        yield sampler.sample()
