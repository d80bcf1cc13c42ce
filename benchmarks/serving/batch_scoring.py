"""Batch scoring: a Parquet file of millions of rows through `offbeat score`, beside the bare graph on rows in memory.

The graph is asked for the score alone, on one thread, in runs as long as `offbeat score` has them, before and after each
file: a machine that others use too is not always as fast. The file is scored by one process, with and without causes.

python -m benchmarks.serving.batch_scoring --rows 10000000
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.serving.bundle import MODEL, Graph, published, session
from benchmarks.serving.files import chunks, write_parquet
from benchmarks.tables import markdown

ROOT = Path(__file__).parents[2]
RUN = 1_024  # rows of a run, as `offbeat score` has them
WAYS = {"offbeat score": (), "the same without causes": ("--top-contributors", "0")}


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the file, score it, print both rates and the memory."""
    options = parser().parse_args(arguments)
    command = shlex.split(options.command)
    graph = published(options.repository, command, ROOT)
    lines = [["", "rows/s", "of raw", "memory MB"]]
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        file = Path(folder) / "records.parquet"
        write_parquet(file, options.rows)
        for name, more in WAYS.items():
            lines += beside(name, graph, [*command, *asked(graph, file), *more], options)
    print(markdown(lines))


def beside(name: str, graph: Graph, command: Sequence[str], options: argparse.Namespace) -> list[list[str]]:
    """A line for the bare graph and one for a command: the best of the repetitions, which take turns."""
    rows, bare, found = min(options.rows, options.bare_rows), list[float](), list[tuple[float, int]]()
    for _ in range(options.repeat):
        bare.append(bare_rate(graph, rows))
        found.append(scored(command, options.rows))
        bare.append(bare_rate(graph, rows))
    rate, memory = max(rate for rate, _ in found), max(memory for _, memory in found)
    return [
        ["raw ONNX Runtime, score alone", f"{max(bare):,.0f}", "1", "–"],
        [name, f"{rate:,.0f}", f"{rate / max(bare):.2f}", f"{memory / 1e6:,.0f}"],
    ]


def bare_rate(graph: Graph, rows: int) -> float:
    """Rows a second of the graph alone, one thread; making and reading the rows is not counted."""
    bare, seconds = session(graph.file), 0.0
    for chunk in chunks(rows):
        begun = time.perf_counter()
        for at in range(0, len(chunk), RUN):
            bare.run(["score"], {"numeric": chunk[at : at + RUN]})
        seconds += time.perf_counter() - begun
    return rows / seconds


def asked(graph: Graph, file: Path) -> list[str]:
    """What the command is told: one process, a Parquet file in and one out."""
    places = ["--repository", str(graph.repository), "-o", str(file.with_name("verdicts.parquet"))]
    return ["score", str(file), "--model", MODEL, *places, "--workers", "1", "--quiet"]


def scored(command: Sequence[str], rows: int) -> tuple[float, int]:
    """Rows a second of the whole command, its start included, and the most bytes it held. SystemExit where it fails."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{shlex.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return rows / (time.perf_counter() - begun), used.ru_maxrss * 1024


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    top = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    top.add_argument("--rows", type=int, default=1_000_000, help="rows of the file (1000000)")
    top.add_argument("--bare-rows", type=int, default=1_000_000, help="rows for the bare graph (1000000)")
    top.add_argument("--repeat", type=int, default=2, help="times each is measured; the best counts (2)")
    top.add_argument("--folder", type=Path, help="for the file and the result, as long as they are needed")
    top.add_argument(
        "--command", default=f"{sys.executable} -m offbeat", help="how `offbeat` is started, one process"
    )
    top.add_argument(
        "--repository",
        type=Path,
        default=ROOT / "var" / "serving",
        help="where the model is, or is published",
    )
    return top


if __name__ == "__main__":
    main()
