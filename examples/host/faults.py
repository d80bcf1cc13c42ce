"""Real faults, made to happen: `python faults.py NAME SECONDS` breaks this machine a little and mends it again.

Standard library only. The two stuck readings need root on Linux: they hide a file of /proc behind a frozen copy of it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

MEGABYTE = 1 << 20
MOST_SOCKETS = 800


def cpu_hog(until: float) -> None:
    """A runaway loop on every core."""
    with helpers(spin, until, count=os.cpu_count() or 1):
        sleep_until(until)


def spin(until: float) -> None:
    """Burn one core."""
    while time.monotonic() < until:
        pass


def memory_hog(until: float) -> None:
    """A leak: 200 MB more each second, up to a third of the machine, every page touched."""
    most = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 3
    held: list[bytearray] = []
    while time.monotonic() < until:
        if sum(map(len, held)) < most:
            held.append(bytearray(b"\1") * (50 * MEGABYTE))
        time.sleep(0.25)


def disk_writer(until: float) -> None:
    """A log that fills the disk: 8 MB at a time, each forced down, thrown away at 1 GB."""
    with tempfile.TemporaryFile() as file:
        while time.monotonic() < until:
            file.write(os.urandom(8 * MEGABYTE))
            file.flush()
            os.fsync(file.fileno())
            if file.tell() > 1024 * MEGABYTE:
                file.seek(0)
                file.truncate()


def process_storm(until: float) -> None:
    """A supervisor gone wrong: 250 sleepers, and a hundred short lives a second on top."""
    sleepers = [subprocess.Popen(["sleep", "600"]) for _ in range(250)]
    try:
        while time.monotonic() < until:
            subprocess.run(["true"], check=True)
            time.sleep(0.008)
    finally:
        for sleeper in sleepers:
            sleeper.kill()
        for sleeper in sleepers:
            sleeper.wait()


def loopback_flood(until: float) -> None:
    """Datagrams as fast as one core can send them, to a port where somebody listens."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    listener.settimeout(0.2)
    with helpers(partial(flood, port=listener.getsockname()[1]), until, count=1):
        while time.monotonic() < until:
            with contextlib.suppress(TimeoutError):
                listener.recv(65536)


def flood(until: float, port: int) -> None:
    """Send and never look back."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while time.monotonic() < until:
        sender.sendto(bytes(1400), ("127.0.0.1", port))


def socket_leak(until: float) -> None:
    """Connections that nobody closes: forty a second, up to four hundred with both their ends."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    held: list[socket.socket] = []
    while time.monotonic() < until:
        if len(held) < MOST_SOCKETS:
            held.append(socket.create_connection(listener.getsockname()))
            held.append(listener.accept()[0])
        time.sleep(0.025)
    for connection in held:
        connection.close()


def stuck(until: float, source: str) -> None:
    """A sensor that repeats itself: every reader of `source` sees the value of the moment the fault began."""
    with tempfile.TemporaryDirectory() as folder:
        frozen = Path(folder, "frozen")
        frozen.write_bytes(Path(source).read_bytes())
        subprocess.run(["mount", "--bind", frozen, source], check=True)
        try:
            sleep_until(until)
        finally:
            subprocess.run(["umount", source], check=True)


@contextlib.contextmanager
def helpers(work: Callable[[float], None], until: float, count: int) -> Iterator[None]:
    """Processes that do `work` beside the body and end with it."""
    running = [multiprocessing.Process(target=work, args=(until,)) for _ in range(count)]
    for process in running:
        process.start()
    try:
        yield
    finally:
        for process in running:
            process.join()


def sleep_until(until: float) -> None:
    """Sleep until the monotonic clock says so."""
    time.sleep(max(until - time.monotonic(), 0))


FAULTS: dict[str, Callable[[float], None]] = {
    "cpu_hog": cpu_hog,
    "memory_hog": memory_hog,
    "disk_writer": disk_writer,
    "process_storm": process_storm,
    "loopback_flood": loopback_flood,
    "socket_leak": socket_leak,
    "stuck_cpu": partial(stuck, source="/proc/stat"),
    "stuck_paging": partial(stuck, source="/proc/vmstat"),
}

if __name__ == "__main__":
    FAULTS[sys.argv[1]](time.monotonic() + float(sys.argv[2]))
