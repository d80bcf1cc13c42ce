"""`offbeat record host`: this machine's telemetry into a CSV, a row a beat, each on disk before the next is read."""

from __future__ import annotations

import argparse
import csv
import math
import re
import signal
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from offbeat.host import HostSampler, Readings, records

UNITS = {"s": 1, "m": 60, "h": 3600}


def seconds(text: str) -> float:
    """`90`, `90s`, `40m` or `2h` as seconds; anything else, zero and less is a usage error."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if not match or not float(match[1]):
        raise argparse.ArgumentTypeError(f"expected a time such as 90s, 40m or 2h, got {text!r}")
    return float(match[1]) * UNITS[match[2] or "s"]


def parser() -> argparse.ArgumentParser:
    """The options of `offbeat record`."""
    top = argparse.ArgumentParser(prog="offbeat record", description=__doc__)
    top.add_argument("source", choices=["host"], help="what to sample: this machine")
    top.add_argument("-o", "--output", type=Path, default=Path("host.csv"), help="CSV to write")
    top.add_argument("--duration", type=seconds, default=seconds("40m"), help="default 40m")
    top.add_argument("--interval", type=seconds, default=1.0, help="time between rows, default 1s")
    top.add_argument("--force", action="store_true", help="overwrite the file if it is there")
    return top


def main(arguments: Sequence[str]) -> int:
    """Record until the time is up or somebody presses Ctrl-C; what was sampled stays either way."""
    options = parser().parse_args(arguments)
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with options.output.open("w" if options.force else "x", newline="") as file:
            rows = write(file, HostSampler(), options.interval, options.duration, stop)
    except FileExistsError:
        print(f"{options.output} exists; choose another -o, or --force to overwrite it", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"cannot write {options.output}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{rows} rows in {options.output}; next: offbeat train {options.output} --name machine")
    return 0


def write(file: TextIO, sampler: HostSampler, interval: float, duration: float, stop: Event) -> int:
    """Write header and rows, each flushed; returns how many rows there are."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["timestamp", *sampler.names])
    until = time.monotonic() + duration
    finished = lambda: stop.is_set() or time.monotonic() >= until  # noqa: E731
    rows = 0
    for readings in shown(records(sampler, interval, finished, stop.wait), round(duration / interval)):
        writer.writerow([datetime.now(UTC).isoformat(timespec="milliseconds"), *cells(readings)])
        file.flush()
        rows += 1
    return rows


def cells(readings: Readings) -> list[str]:
    """Six significant digits are more than a counter's second is worth; a failed reading is an empty cell."""
    return ["" if math.isnan(value) else f"{value:.6g}" for value in readings.values()]


def shown(samples: Iterable[Readings], total: int) -> Iterable[Readings]:
    """The samples themselves, with a bar on a terminal and silence in a pipe."""
    console = Console(stderr=True)
    columns = (
        TextColumn("recording"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("rows"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        yield from bar.track(samples, total=total)
