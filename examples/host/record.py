"""Record `normal.csv` and `faults.csv` on this machine: workloads by the clock, faults by the clock, labels from that clock.

    python examples/host/record.py normal    # 45 minutes
    python examples/host/record.py faults    # 30 minutes, as root on Linux

Beside each CSV stands NAME.events.csv: when which workload or fault began and ended; a row's label comes from those.
"""

from __future__ import annotations

import csv
import itertools
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from faults import FAULTS
from workloads import WORKLOADS

HERE = Path(__file__).parent
LONG, SHORT = 180, 60  # seconds of one visit to a workload
ROUNDS = 27  # short visits after the long ones
FAULT_SECONDS, REST_SECONDS, TIMES = 35, 35, 3


class Event(NamedTuple):
    """One thing that ran; times are ISO 8601 in UTC."""

    script: str
    name: str
    start: str
    end: str


def now() -> str:
    """This moment, spelled as the recording spells its timestamps."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def run(script: str, name: str, seconds: float) -> Event:
    """Run one workload or fault to its end and note the clock before and after."""
    start = now()
    subprocess.run([sys.executable, HERE / f"{script}.py", name, str(seconds)], check=True)
    return Event(script, name, start, now())


def normal() -> Iterator[Event]:
    """Every workload once for long, then short visits in shuffled rounds, so that each part of the file holds each."""
    for name in WORKLOADS:
        yield run("workloads", name, LONG)
    for name in itertools.islice(shuffled(WORKLOADS, seed=1), ROUNDS):
        yield run("workloads", name, SHORT)


def faulty() -> Iterator[Event]:
    """Faults one at a time with rests between, while the ordinary workloads go on below."""
    over = threading.Event()
    below: list[Event] = []
    background = threading.Thread(target=work, args=(over, below))
    background.start()
    for name in itertools.islice(shuffled(FAULTS, seed=2), TIMES * len(FAULTS)):
        time.sleep(REST_SECONDS)
        yield run("faults", name, FAULT_SECONDS)
    time.sleep(REST_SECONDS)
    over.set()
    background.join()
    yield from below


def work(over: threading.Event, done: list[Event]) -> None:
    """Visit workloads until told that it is over."""
    for name in shuffled(WORKLOADS, seed=3):
        if over.is_set():
            return
        done.append(run("workloads", name, SHORT))


def shuffled(names: Iterable[str], seed: int) -> Iterator[str]:
    """Rounds without end, each holding every name once in an order of its own."""
    order, chance = list(names), random.Random(seed)
    while True:
        chance.shuffle(order)
        yield from order


def label(recording: Path, output: Path, events: list[Event]) -> None:
    """Copy the recording with a last column: 1 where a fault ran within the second that the row tells of.

    A row tells of the second before its timestamp: its rates are counted from the row before.
    """
    faults = [(event.start, later(event.end)) for event in events if event.script == "faults"]
    with recording.open(newline="") as source, output.open("w", newline="") as target:
        reader, writer = csv.reader(source), csv.writer(target, lineterminator="\n")
        writer.writerow([*next(reader), "label"])
        for row in reader:
            inside = any(start <= row[0] < end for start, end in faults)
            writer.writerow([*row, int(inside)])


def later(moment: str) -> str:
    """One second after an ISO time."""
    return (datetime.fromisoformat(moment) + timedelta(seconds=1)).isoformat(timespec="milliseconds")


def main(which: str) -> None:
    """Start the recorder, live through the schedule, stop the recorder, label its rows."""
    recording = HERE / f"{which}.raw.csv"
    command = [sys.executable, "-m", "offbeat", "record", "host", "--duration", "3h", "-o", recording]
    recorder = subprocess.Popen(command)
    events: list[Event] = []
    try:
        for event in {"normal": normal, "faults": faulty}[which]():
            events.append(event)
            print(*event, flush=True)
    finally:
        recorder.send_signal(signal.SIGINT)
        recorder.wait()
    label(recording, HERE / f"{which}.csv", events)
    with (HERE / f"{which}.events.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [Event._fields, *sorted(events, key=lambda event: event.start)]
        )
    recording.unlink()


if __name__ == "__main__":
    main(sys.argv[1])
