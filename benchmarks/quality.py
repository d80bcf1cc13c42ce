"""Detection quality of what is served, beside its peers on the same rows. README.md has the commands.

Every score of the product comes out of the running service, from a model that the command line trained.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import detectors, sets, tables
from benchmarks.detectors import Detection
from benchmarks.results import KindResult, Result, measure, measure_kinds, save
from benchmarks.sets import Case

ROOT = Path(__file__).parents[1]
PARTS = ("host", "tabular", "series")
SOME = {"tabular": ["6_cardio", "40_vowels"], "series": ["valve1/0"]}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the parts asked for, print their tables, keep every line."""
    options = parser().parse_args(arguments)
    for part in options.parts or (PARTS if options.data else PARTS[:1]):
        results: list[Result] = []
        kinds: list[KindResult] = []
        with tempfile.TemporaryDirectory() as work:
            for case in cases(part, options, Path(work)):
                for detection in detect(case, options, Path(work)):
                    results.append(measure(case, detection))
                    kinds += measure_kinds(case, detection)
                    print(shown(results[-1]), file=sys.stderr, flush=True)
        save(options.output / f"quality-{part}.csv", results)
        save(options.output / f"quality-{part}-kinds.csv", kinds)
        report(part, results, kinds)


def cases(part: str, options: argparse.Namespace, work: Path) -> Iterator[Case]:
    """Every set of a part with every seed."""
    if part == "host":
        yield from sets.host(options.host, options.seeds)
        return
    if options.data is None:
        raise SystemExit(f"{part}: name the folder of the data sets with --data or OFFBEAT_DATA")
    if part == "tabular":
        for file in chosen(options.data / "adbench", "*.npz", options.sets or SOME[part]):
            yield from sets.tabular(file, options.seeds, options.rows, work)
    else:
        for file in chosen(options.data / "skab", "*/[0-9]*.csv", options.sets or SOME[part]):
            yield from sets.series(file, options.seeds, work)


def chosen(folder: Path, pattern: str, wanted: Sequence[str]) -> list[Path]:
    """The files of a folder by their names without suffix, or all of them."""
    files = {
        path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.glob(pattern))
    }
    missing = [name for name in wanted if name not in files and name != "all"]
    if missing or not files:
        raise SystemExit(
            f"{folder} has no {', '.join(missing) or pattern}; there are {', '.join(files) or 'none'}"
        )
    return list(files.values()) if "all" in wanted else [files[name] for name in wanted]


def detect(case: Case, options: argparse.Namespace, work: Path) -> Iterator[Detection]:
    """The product with each set of flags, then every peer."""
    for flags in options.train_flags or [""]:
        yield detectors.offbeat(case, shlex.split(flags), work)
    if options.peers_python:
        yield from detectors.peers(case, options.peers_python, work)


def report(part: str, results: Sequence[Result], kinds: Sequence[KindResult]) -> None:
    """Print the tables of a part."""
    seeds = len({each.seed for each in results})
    print(f"\n## {part}, {seeds} seed{'s' if seeds > 1 else ''}\n")
    shown_tables = [
        tables.quality(results),
        tables.promises(results),
        *([tables.kinds(kinds)] if kinds else []),
    ]
    print("\n\n".join(shown_tables), flush=True)


def shown(result: Result) -> str:
    """One line while waiting."""
    where = f"{result.set} seed {result.seed} {result.detector}"
    return f"{where}: AUROC {result.auroc:.4f} AUPRC {result.auprc:.4f}, {result.fit_seconds:.2f} s"


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    top = argparse.ArgumentParser(description=__doc__)
    top.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; what there is data for unless told"
    )
    top.add_argument(
        "--peers-python", type=Path, help="Python with pyod and scikit-learn; without it no peers"
    )
    data = os.environ.get("OFFBEAT_DATA")
    top.add_argument(
        "--data", type=Path, default=data and Path(data), help="folder of adbench/ and skab/ (OFFBEAT_DATA)"
    )
    top.add_argument(
        "--host", type=Path, default=ROOT / "examples" / "host", help="folder of normal.csv and faults.csv"
    )
    top.add_argument("--sets", nargs="+", metavar="SET", help="such as 6_cardio or valve1/0, or all")
    top.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], metavar="SEED")
    top.add_argument("--rows", type=int, default=10_000, help="most rows of a tabular set (10000)")
    top.add_argument(
        "--train-flags",
        action="append",
        metavar="FLAGS",
        help="for `offbeat train`, as one word; may be repeated",
    )
    top.add_argument("--output", type=Path, default=ROOT / "var" / "benchmarks", help="folder for the CSVs")
    return top


if __name__ == "__main__":
    main()
