"""Batch scoring: a Parquet file of millions of rows through `offbeat score`, beside the bare graph on as many rows.

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
RUN = 2_000  # rows of a run of the bare graph: fewer or many more are slower


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the file, score it, print both rates and the memory."""
    options = parser().parse_args(arguments)
    command = shlex.split(options.command)
    graph = published(options.repository, command, ROOT)
    bare = bare_rate(graph, min(options.rows, options.bare_rows))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "records.parquet"
        write_parquet(file, options.rows)
        rate, memory = scored(command, graph, file, options.rows)
    lines = [["", "rows/s", "memory MB"], ["raw ONNX Runtime", f"{bare:,.0f}", "–"]]
    lines += [["offbeat score", f"{rate:,.0f}", f"{memory / 1e6:,.0f}"], ["ratio", f"{rate / bare:.2f}", ""]]
    print(markdown(lines))


def bare_rate(graph: Graph, rows: int) -> float:
    """Rows a second of the graph alone, one thread; making and reading the rows is not counted."""
    bare, seconds = session(graph.file), 0.0
    for chunk in chunks(rows):
        begun = time.perf_counter()
        for at in range(0, len(chunk), RUN):
            bare.run(None, {"numeric": chunk[at : at + RUN]})
        seconds += time.perf_counter() - begun
    return rows / seconds


def scored(command: Sequence[str], graph: Graph, file: Path, rows: int) -> tuple[float, int]:
    """Rows a second of the whole command, and the most bytes it held. SystemExit with what it said where it fails."""
    out = file.with_name("verdicts.parquet")
    told = ["score", str(file), "--model", MODEL, "--repository", str(graph.repository), "-o", str(out)]
    begun = time.perf_counter()
    process = subprocess.Popen([*command, *told], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join([*command, *told])} ended with {os.waitstatus_to_exitcode(status)}")
    return rows / (time.perf_counter() - begun), used.ru_maxrss * 1024


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    top = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    top.add_argument("--rows", type=int, default=1_000_000, help="rows of the file (1000000)")
    top.add_argument("--bare-rows", type=int, default=1_000_000, help="rows for the bare graph (1000000)")
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
