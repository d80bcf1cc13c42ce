"""The floor: the bare graph in a process of its own, CPU time of one run. `python -m benchmarks.serving.floor MODEL ROWS …`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.serving.bundle import session
from benchmarks.serving.records import records
from benchmarks.serving.results import CPU, RATE, Figure, Key

FLOOR = "raw ONNX Runtime"
ROOT = Path(__file__).parents[2]
SECONDS = 0.5


def floor(model: Path, rows: Sequence[int], core: int) -> Iterator[Figure]:
    """Runs a core-second, and microseconds a run, for each number of rows, on this core."""
    asked = [sys.executable, "-m", "benchmarks.serving.floor", str(model.resolve()), *map(str, rows)]
    done = subprocess.run(
        ["taskset", "-c", str(core), *asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for size, rate in json.loads(done.stdout).items():
        yield Figure(Key(FLOOR, RATE, rows=int(size)), rate)
        yield Figure(Key(FLOOR, CPU, rows=int(size)), 1e6 / rate)


def measured(model: Path, rows: int) -> float:
    """Runs of so many rows for each second of CPU."""
    graph, readings = session(model), records(rows, seed=3)
    graph.run(["score"], {"numeric": readings})
    runs, until = 0, time.process_time() + SECONDS
    begun = time.process_time()
    while time.process_time() < until:
        graph.run(["score"], {"numeric": readings})
        runs += 1
    return runs / (time.process_time() - begun)


if __name__ == "__main__":
    print(json.dumps({size: measured(Path(sys.argv[1]), int(size)) for size in sys.argv[2:]}))
