"""This project's own recording of a machine, as its users have it: trained by the command line, scored over HTTP."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import product
from benchmarks.quality import tables
from benchmarks.quality.case import Case, Detection, Flags
from benchmarks.quality.files import Files, read_csv
from benchmarks.quality.means import whole
from benchmarks.quality.options import Options
from benchmarks.quality.protocol import Protocol
from benchmarks.quality.results import Result

HOST, TRAIN, TEST, EVENTS = "host", "normal.csv", "faults.csv", "faults.events.csv"
OTHERS = ("timestamp", "label")


def files(options: Options) -> Files:
    """The folder of the recordings. SystemExit where they are not there."""
    missing = [name for name in (TRAIN, TEST, EVENTS) if not (options.host / name).is_file()]
    if missing:
        raise SystemExit(f"{options.host} has no {', '.join(missing)}; name the folder with --host")
    return {HOST: options.host}


def cases(name: str, path: Path, seed: int, options: Options) -> list[Case]:  # noqa: ARG001
    """One: a normal day, and a day with faults that really happened."""
    train, _ = read_csv(path / TRAIN, ",", OTHERS)
    test, others = read_csv(path / TEST, ",", OTHERS)
    truth = np.array(others["label"]) == "1"
    kinds = fault_kinds(np.array(others["timestamp"]), path / EVENTS)
    return [Case(name, seed, len(train) + len(test), train, test, truth, kinds=kinds)]


def fault_kinds(times: NDArray[np.str_], events: Path) -> NDArray[np.str_]:
    """The fault that was going on at each moment; times are ISO 8601 and compare as text."""
    kinds = np.full(len(times), "", dtype="U32")
    with events.open(newline="") as file:
        for event in csv.DictReader(file):
            if event["script"] == "faults":
                kinds[(times >= event["start"]) & (times <= event["end"])] = event["name"]
    return kinds


def ask(case: Case, name: str, flags: Flags, options: Options) -> Detection:
    """Train by the command line, serve, score over HTTP."""
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "repository"
        told = ("--seed", str(case.seed), *flags)
        trained = product.train(options.host / TRAIN, HOST, repository, told)
        with product.serving(repository) as client:
            scored = product.score(client, HOST, options.host / TEST)
    promised = product.promised(trained.manifest)
    return Detection(name, scored.score, trained.seconds, scored.seconds, scored.flagged, promised)


def report(results: Sequence[Result]) -> list[str]:
    """All faults, what the thresholds promised, and each kind of fault."""
    return [tables.by_set(whole(results)), tables.promises(whole(results)), tables.kinds(results)]


PROTOCOL = Protocol(
    says="our own recording of a machine, by the command line and over HTTP",
    files=files,
    cases=cases,
    report=report,
    place=lambda result: result.part or "all",
    measure="auroc",
    ask=ask,
)
