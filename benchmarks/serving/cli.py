"""The command line: every option with its help. Knows servers and parts by name only."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.serving.bench import Plan
from benchmarks.serving.options import Options

ROOT = Path(__file__).parents[2]
VAR = ROOT / "var"
VERBS = {
    "setup": "build the environments of the peers",
    "run": "measure, keep the results, print the tables",
    "show": "print the tables of results that were kept",
}
QUICK, THOROUGH = (2, 1), (3, 5)  # seconds of each load, repetitions


def read(arguments: Sequence[str] | None, servers: Sequence[str], parts: Sequence[str]) -> Options:
    """The options, or SystemExit 2 after one line."""
    told = parser(servers, parts).parse_args(arguments)
    seconds, repetitions = QUICK if told.quick else THOROUGH
    server_core, client_core = told.cores
    return Options(
        verb=told.verb,
        servers=told.servers or list(servers),
        parts=told.parts or list(parts),
        peers=told.peers,
        command=tuple(shlex.split(told.command)),
        folder=told.folder.resolve(),
        work=told.work,
        output=told.output,
        page=told.page,
        plan=Plan(
            seconds=told.seconds or seconds,
            repetitions=told.repetitions or repetitions,
            quick=told.quick,
            server_core=server_core,
            client_core=client_core,
        ),
    )


def parser(servers: Sequence[str], parts: Sequence[str]) -> argparse.ArgumentParser:
    """Every option with its help."""
    top = argparse.ArgumentParser(
        prog="python -m benchmarks.serving",
        description="Our service beside its peers, all with the same graph.",
        epilog="\n".join(f"{verb}: {says}" for verb, says in VERBS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("verb", choices=VERBS, metavar="VERB", help=", ".join(VERBS))
    top.add_argument(
        "--servers", nargs="+", choices=servers, metavar="SERVER", help=f"some of: {'; '.join(servers)}"
    )
    top.add_argument("--parts", nargs="+", choices=parts, metavar="PART", help=f"some of: {', '.join(parts)}")
    _add_places(top.add_argument_group("places"))
    _add_plan(top.add_argument_group("plan"))
    return top


def _add_places(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--command", default=f"{sys.executable} -m offbeat", help="how `offbeat` is started (this Python)"
    )
    group.add_argument(
        "--folder", type=Path, default=ROOT, help="where it is started, such as another checkout"
    )
    group.add_argument(
        "--peers", type=Path, default=VAR / "peers", help="folder of the peers' environments (var/peers)"
    )
    group.add_argument(
        "--work", type=Path, default=VAR / "serving", help="repository of the model (var/serving)"
    )
    group.add_argument(
        "--output", type=Path, default=VAR / "benchmarks" / "serving.json", help="JSON of the results"
    )
    group.add_argument("--page", type=Path, help="page whose measured part is written anew")


def _add_plan(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--quick", action="store_true", help="minutes: what the goals need, once")
    group.add_argument("--seconds", type=int, help="of each load (3; quick 2)")
    group.add_argument("--repetitions", type=int, help="of everything (5; quick 1)")
    group.add_argument(
        "--cores",
        type=int,
        nargs=2,
        default=(sorted(os.sched_getaffinity(0)) * 2)[:2],
        metavar=("SERVER", "CLIENT"),
        help="which core each is kept to (the first two)",
    )
