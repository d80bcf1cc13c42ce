"""What this machine does on a normal day: `python workloads.py NAME SECONDS` runs one workload, standard library only."""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import threading
import time
import urllib.request
import zlib
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MEGABYTE = 1 << 20
QUESTIONS = 0.1  # share of transactions followed by a sum
QUIET_BLOCK = random.Random(3).randbytes(MEGABYTE // 2) + bytes(MEGABYTE // 2)


def idle(until: float) -> None:
    """Nobody is there."""
    time.sleep(max(until - time.monotonic(), 0))


def web(until: float) -> None:
    """Serve files over loopback to four clients who think between clicks."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(20):
            Path(folder, f"{number}.html").write_bytes(random.randbytes(random.randint(2_000, 200_000)))
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        pause = random.uniform(0.02, 0.06)
        clients = [threading.Thread(target=browse, args=(server.server_port, pause, until)) for _ in range(4)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a line per request."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def browse(port: int, pause: float, until: float) -> None:
    """Fetch pages one after another."""
    while time.monotonic() < until:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{random.randrange(20)}.html") as reply:
            reply.read()
        time.sleep(random.expovariate(1 / pause))


def database(until: float) -> None:
    """Insert orders in small transactions and ask for sums now and then."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder, "orders.sqlite"))
        connection.execute("CREATE TABLE orders (customer INTEGER, amount REAL)")
        pause = random.uniform(0.03, 0.08)
        while time.monotonic() < until:
            with connection:
                rows = [(random.randrange(500), random.random()) for _ in range(200)]
                connection.executemany("INSERT INTO orders VALUES (?, ?)", rows)
            if random.random() < QUESTIONS:
                connection.execute("SELECT customer, SUM(amount) FROM orders GROUP BY 1").fetchall()
            time.sleep(random.expovariate(1 / pause))
        connection.close()


def compress(until: float) -> None:
    """Compress half-random blocks on one core, with breaks."""
    share = random.uniform(0.5, 0.8)
    while time.monotonic() < until:
        started = time.monotonic()
        zlib.compress(QUIET_BLOCK, 6)
        time.sleep((time.monotonic() - started) * (1 - share) / share)


def backup(until: float) -> None:
    """Copy files at some ten megabytes a second and keep the last few."""
    rate = random.uniform(8, 16) * MEGABYTE
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1 << 30):
            if time.monotonic() >= until:
                return
            started = time.monotonic()
            target = Path(folder, f"{number % 8}.bak")
            target.write_bytes(QUIET_BLOCK * 4)
            target.read_bytes()
            time.sleep(max(4 * MEGABYTE / rate - (time.monotonic() - started), 0))


def analytics(until: float) -> None:
    """Load a few hundred megabytes of numbers, sort and sum them, think, again."""
    while time.monotonic() < until:
        numbers = [random.random() for _ in range(random.randint(300_000, 900_000))]
        numbers.sort()
        sum(number * number for number in numbers)
        time.sleep(random.uniform(0.3, 1.0))


WORKLOADS: dict[str, Callable[[float], None]] = {
    "idle": idle,
    "web": web,
    "database": database,
    "compress": compress,
    "backup": backup,
    "analytics": analytics,
}

if __name__ == "__main__":
    WORKLOADS[sys.argv[1]](time.monotonic() + float(sys.argv[2]))
