"""Find the sets in a folder by their names, and read what is in them. Splits nothing."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.quality.case import Matrix, Truth

Files = dict[str, Path]


def found(folder: Path, patterns: Sequence[str], wanted: Sequence[str] | None) -> Files:
    """The files of a folder by their names without suffix: those wanted, or all. SystemExit names what is not there."""
    paths = [path for pattern in patterns for path in folder.glob(pattern)]
    names = {path.relative_to(folder).with_suffix("").as_posix(): path for path in paths}
    missing = [name for name in wanted or () if name not in names]
    if missing or not names:
        there = ", ".join(sorted(names, key=counted)) or "none"
        raise SystemExit(f"{folder} has no {', '.join(missing or patterns)}; there are: {there}")
    return {name: names[name] for name in wanted or sorted(names, key=counted)}


def below(data: Path | None) -> Path:
    """The folder of all data. SystemExit where nobody named one that is there."""
    if data is None or not data.is_dir():
        raise SystemExit(f"no folder {data or 'of data'}; name it with --data or OFFBEAT_DATA")
    return data


def counted(name: str) -> list[tuple[int, str]]:
    """In this order 2_annthyroid comes before 10_cover."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def read_labelled(path: Path) -> tuple[Matrix, Truth]:
    """`X` and `y` of an .npz: (rows, features), and (rows,) True where a row is an anomaly."""
    with np.load(path, allow_pickle=False) as arrays:
        return np.asarray(arrays["X"], dtype=np.float64), np.asarray(arrays["y"]) == 1


def read_csv(path: Path, separator: str, others: Sequence[str]) -> tuple[Matrix, dict[str, list[str]]]:
    """The numbers of a CSV, an empty cell as NaN, and, where there are some, the columns that are no features as text."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=separator))
    features = [name for name in rows[0] if name not in others]
    numbers = np.array([[float(row[name] or "nan") for name in features] for row in rows])
    return numbers, {name: [row[name] for row in rows] for name in others if name in rows[0]}
