"""Options: what was asked for. Reads no command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.quality.case import Flags

PRODUCT = "offbeat"


@dataclass(frozen=True, slots=True)
class Ours:
    """Settings of the product under a name of their own."""

    name: str
    flags: Flags


@dataclass(frozen=True, slots=True)
class Options:
    """data: the folder of all sets; host: that of our recording. sets: None for all. rows: most of a tabular set.

    train_flags: for ours, where anomalies are among the training rows. peers: their names, asked with `peers_python`.
    """

    protocols: list[str]
    data: Path | None
    host: Path
    sets: list[str] | None
    seeds: list[int]
    rows: int
    ours: list[Ours]
    train_flags: Flags
    peers_python: Path | None
    peers: list[str]
    output: Path
    figures: Path | None
    resume: bool
