"""The data sets, split: files for the product, standardised matrices of the same rows for its peers. Trains nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Truth = NDArray[np.bool_]
Text = NDArray[np.str_]
NOT_FEATURES = {"timestamp", "datetime", "label", "anomaly", "changepoint"}
SKAB_TRAINING_ROWS = 400


@dataclass(frozen=True, slots=True)
class Case:
    """One split of one data set. `flags` are what `offbeat train` must be told beside the file and the seed.

    train_file, test_file: CSV with a header. train, test: (rows, features) standardised by the training rows,
    gaps filled with the training median. truth: (test rows,) True where a row is an anomaly. kinds: (test rows,)
    the name of the anomaly, empty where there is none or nobody named it.
    """

    name: str
    seed: int
    train_file: Path
    test_file: Path
    flags: tuple[str, ...]
    train: Matrix
    test: Matrix
    truth: Truth
    kinds: Text


def host(folder: Path, seeds: Sequence[int]) -> Iterator[Case]:
    """This project's own recording of a machine: a normal day, and a day with faults that really happened."""
    files = folder / "normal.csv", folder / "faults.csv"
    train, _ = read(files[0])
    test, others = read(files[1])
    kinds = fault_kinds(others["timestamp"], folder / "faults.events.csv")
    for seed in seeds:
        yield Case("host", seed, *files, (), *standardised(train, test), others["label"] == "1", kinds)


def tabular(file: Path, seeds: Sequence[int], most: int, folder: Path) -> Iterator[Case]:
    """Clean one-class: a random half of the normal rows trains; the other half and all anomalies test.

    Of a larger set, `most` random rows take part.
    """
    with np.load(file, allow_pickle=False) as arrays:
        rows, truth = np.asarray(arrays["X"], dtype=np.float64), np.asarray(arrays["y"]) == 1
    names = [f"x{column}" for column in range(rows.shape[1])]
    flags = ("--calibration", "0.15", "--test", "0")
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(len(rows))[:most]
        normal, anomalies = order[~truth[order]], order[truth[order]]
        trained, tested = normal[: len(normal) // 2], np.r_[normal[len(normal) // 2 :], anomalies]
        files = folder / f"{file.stem}-{seed}-train.csv", folder / f"{file.stem}-{seed}-test.csv"
        write(files[0], names, rows[trained].tolist())
        write(files[1], names, rows[tested].tolist())
        matrices = standardised(rows[trained], rows[tested])
        yield Case(file.stem, seed, *files, flags, *matrices, truth[tested], np.full(len(tested), ""))


def series(file: Path, seeds: Sequence[int], folder: Path) -> Iterator[Case]:
    """A file of SKAB by its own split: the first 400 rows train, the rest test."""
    name = f"{file.parent.name}/{file.stem}"
    with file.open(newline="") as source:
        header, *lines = list(csv.reader(source, delimiter=";"))
    files = tuple(folder / f"{file.parent.name}-{file.stem}-{part}.csv" for part in ("train", "test"))
    write(files[0], header, lines[:SKAB_TRAINING_ROWS])
    write(files[1], header, lines[SKAB_TRAINING_ROWS:])
    train, _ = read(files[0])
    test, others = read(files[1])
    truth = others["anomaly"].astype(np.float64) == 1
    roles = ("--timestamp", "datetime", "--label", "anomaly", "--passthrough", "changepoint")
    flags = (*roles, "--calibration", "0.15", "--test", "0")
    for seed in seeds:
        matrices = standardised(train, test)
        yield Case(name, seed, files[0], files[1], flags, *matrices, truth, np.full(len(test), ""))


def fault_kinds(times: Text, events: Path) -> Text:
    """The fault that was going on at each moment; times are ISO 8601 and compare as text."""
    kinds = np.full(len(times), "", dtype="U32")
    with events.open(newline="") as file:
        for event in csv.DictReader(file):
            if event["script"] == "faults":
                kinds[(times >= event["start"]) & (times <= event["end"])] = event["name"]
    return kinds


def read(path: Path) -> tuple[Matrix, dict[str, Text]]:
    """The numbers of a CSV, an empty cell as NaN, and its other columns as text."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    others = {name: np.array([row[name] for row in rows]) for name in rows[0] if name in NOT_FEATURES}
    features = [name for name in rows[0] if name not in others]
    return np.array([[float(row[name] or "nan") for name in features] for row in rows]), others


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV with commas."""
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def standardised(train: Matrix, test: Matrix) -> tuple[Matrix, Matrix]:
    """Both to mean 0 and spread 1 of the training rows; a column that is constant there is only centred."""
    typical = np.nanmedian(train, axis=0)
    train, test = (np.where(np.isnan(part), typical, part) for part in (train, test))
    spread = train.std(axis=0)
    spread[spread == 0] = 1
    return (train - train.mean(axis=0)) / spread, (test - train.mean(axis=0)) / spread
