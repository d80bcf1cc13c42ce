"""The command line: every option with its help. Knows no protocol by name."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.quality.case import Flags
from benchmarks.quality.options import PRODUCT, Options, Ours
from benchmarks.quality.peers import PEERS, SLOW

ROOT = Path(__file__).parents[2]
MIXED = "--contamination auto"


def read(arguments: Sequence[str] | None, protocols: Mapping[str, str]) -> Options:
    """The options, or SystemExit 2 after one line. `protocols` says what each does."""
    top = parser(protocols)
    told = vars(top.parse_args(arguments))
    unknown = [name for name in told["peers"] if name not in {*PEERS, "all"}]
    if unknown:
        top.error(f"--peers: no {', '.join(unknown)}; there is: all, {', '.join(PEERS)}")
    told["peers"] = list(PEERS) if "all" in told["peers"] else told["peers"]
    told["ours"] = told["ours"] or [Ours(PRODUCT, ())]
    if len({each.name for each in told["ours"]}) < len(told["ours"]):
        top.error("--ours: every set of flags needs a name of its own")
    return Options(**told)


def ours(text: str) -> Ours:
    """`best=--preset best`: a name, and flags of `offbeat train`."""
    name, equals, flags = text.partition("=")
    if not equals or not name or name.startswith("-"):
        raise argparse.ArgumentTypeError(f"expected NAME=FLAGS such as 'best=--preset best', got {text!r}")
    return Ours(f"{PRODUCT} {name}", flags_of(flags))


def flags_of(text: str) -> Flags:
    """As a shell would take them apart."""
    return tuple(shlex.split(text))


def parser(protocols: Mapping[str, str]) -> argparse.ArgumentParser:
    """Every option with its help."""
    top = argparse.ArgumentParser(
        prog="python -m benchmarks.quality",
        description="Detection quality, beside peers on the same rows.",
        epilog="\n".join(f"{name}: {says}" for name, says in protocols.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("protocols", nargs="+", choices=protocols, metavar="PROTOCOL", help=", ".join(protocols))
    _add_data(top.add_argument_group("data"))
    _add_detectors(top.add_argument_group("detectors"))
    results = top.add_argument_group("results")
    results.add_argument(
        "--output", type=Path, default=ROOT / "var" / "benchmarks", help="folder of the CSVs"
    )
    results.add_argument("--figures", type=Path, help="another folder for the figures")
    results.add_argument(
        "--resume", action="store_true", help="keep the lines of the CSV, measure what is not there"
    )
    return top


def _add_data(group: argparse._ArgumentGroup) -> None:
    data = os.environ.get("OFFBEAT_DATA")
    host = ROOT / "examples" / "host"
    group.add_argument(
        "--data", type=Path, default=data and Path(data), help="folder of adbench/, skab/, smd/, asd/"
    )
    group.add_argument("--host", type=Path, default=host, help="folder of normal.csv and faults.csv")
    group.add_argument(
        "--sets", nargs="+", metavar="SET", help="such as 6_cardio, valve1/0 or asd/omi-1; all unless told"
    )
    group.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], metavar="SEED")
    group.add_argument("--rows", type=int, default=10_000, help="most rows of a tabular set (10000)")


def _add_detectors(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--ours",
        action="append",
        type=ours,
        metavar="NAME=FLAGS",
        help="flags of `offbeat train` under a name; may be repeated",
    )
    group.add_argument(
        "--train-flags",
        type=flags_of,
        default=MIXED,
        metavar="FLAGS",
        help=f"beside those where anomalies are among the training rows ({MIXED})",
    )
    group.add_argument(
        "--peers-python", type=Path, help="Python with scikit-learn and pyod; without it no peers"
    )
    group.add_argument(
        "--peers",
        nargs="+",
        metavar="PEER",
        default=[name for name in PEERS if name not in SLOW],
        help=f"some of: {', '.join(PEERS)}; or all. Unless told, all but {', '.join(SLOW)}",
    )
