"""The data sets, split: files for the product, standardised matrices of the same rows for its peers. Trains nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Truth = NDArray[np.bool_]
NOT_FEATURES = {"timestamp", "datetime", "label", "anomaly", "changepoint"}
SKAB_TRAINING_ROWS = 400


@dataclass(frozen=True, slots=True)
class Case:
    """One split of one data set. `flags` are what `offbeat train` must be told beside the file and the seed.

    train_file, test_file: CSV with a header. train, test: (rows, features) standardised by the training rows,
    gaps filled with the training median. truth: (test rows,) True where a row is an anomaly.
    """

    name: str
    train_file: Path
    test_file: Path
    flags: tuple[str, ...]
    train: Matrix
    test: Matrix
    truth: Truth


def host(folder: Path) -> Case:
    """This project's own recording of a machine: a normal day, and a day with faults that really happened."""
    train_file, test_file = folder / "normal.csv", folder / "faults.csv"
    train, _ = read(train_file)
    test, labels = read(test_file)
    return Case("host", train_file, test_file, (), *standardised(train, test), labels["label"] == "1")


def tabular(file: Path, seed: int, most: int, folder: Path) -> Case:
    """Clean one-class: a random half of the normal rows trains; the other half and all anomalies test."""
    with np.load(file, allow_pickle=False) as arrays:
        rows, truth = np.asarray(arrays["X"], dtype=np.float64), np.asarray(arrays["y"]) == 1
    chance = np.random.default_rng(seed)
    chosen = chance.permutation(len(rows))[:most]
    normal, anomalies = chosen[~truth[chosen]], chosen[truth[chosen]]
    half = len(normal) // 2
    tested = np.concatenate([normal[half:], anomalies])
    names = [f"x{column}" for column in range(rows.shape[1])]
    files = folder / f"{file.stem}-{seed}-train.csv", folder / f"{file.stem}-{seed}-test.csv"
    for path, part in zip(files, (normal[:half], tested), strict=True):
        write(path, names, rows[part].tolist())
    flags = ("--calibration", "0.15", "--test", "0")
    return Case(file.stem, *files, flags, *standardised(rows[normal[:half]], rows[tested]), truth[tested])


def skab(file: Path, folder: Path) -> Case:
    """SKAB's own split: the first 400 rows of a file train, the rest test."""
    name = f"{file.parent.name}-{file.stem}"
    with file.open(newline="") as source:
        header, *lines = list(csv.reader(source, delimiter=";"))
    files = folder / f"{name}-train.csv", folder / f"{name}-test.csv"
    for path, part in zip(files, (lines[:SKAB_TRAINING_ROWS], lines[SKAB_TRAINING_ROWS:]), strict=True):
        write(path, header, part)
    train, _ = read(files[0])
    test, labels = read(files[1])
    flags = ("--timestamp", "datetime", "--label", "anomaly", "--passthrough", "changepoint")
    flags = (*flags, "--calibration", "0.15", "--test", "0")
    return Case(name, *files, flags, *standardised(train, test), labels["anomaly"].astype(np.float64) == 1)


def read(path: Path) -> tuple[Matrix, dict[str, NDArray[np.str_]]]:
    """The numbers of a CSV, an empty cell as NaN, and its other columns as text."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    features = [name for name in rows[0] if name not in NOT_FEATURES]
    numbers = np.array([[float(row[name] or "nan") for name in features] for row in rows])
    return numbers, {name: np.array([row[name] for row in rows]) for name in rows[0] if name in NOT_FEATURES}


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV with commas."""
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def standardised(train: Matrix, test: Matrix) -> tuple[Matrix, Matrix]:
    """Both to mean 0 and spread 1 of the training rows; a constant column stays at 0 there."""
    typical = np.nanmedian(train, axis=0)
    train, test = (np.where(np.isnan(part), typical, part) for part in (train, test))
    spread = train.std(axis=0)
    spread[spread == 0] = 1
    return (train - train.mean(axis=0)) / spread, (test - train.mean(axis=0)) / spread
