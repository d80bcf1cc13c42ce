"""Every variant on every kind of data it takes: small sets with a structure, and what a training made of them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.encoding import encode
from models.feed import Feed, Samples
from models.pictures import encode_png
from models.scorer import Scorer
from models.table import Table
from models.windowed import Windowed
from models.windows import frames
from training.autoencoder import Kind
from training.config import TrainingConfig
from training.pipeline import Made, make
from training.progress import Quiet
from training.steps.read import read
from training.variants import VARIANTS

CASES = [
    (name, kind)
    for name, variant in VARIANTS.items()
    for kind in ("table", "window", "image")
    if kind in variant.KINDS
]
LENGTH = 6
TRAINED, FRESH = 600, 10_000


@dataclass(frozen=True)
class Trained:
    """A variant as torch knows it and as ONNX Runtime knows it; fresh samples, and how to train it again."""

    made: Made
    scorer: Scorer
    fresh: Table
    samples: Samples
    again: Callable[..., Made]


@pytest.fixture(scope="session", params=CASES, ids="-".join)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    name, kind = request.param
    data, fresh = sets(tmp_path_factory.getbasetemp(), kind)
    told: dict[str, Any] = {"window": LENGTH} if kind == "window" else {}
    if name == "conditional":
        told["condition"] = ("mode",)

    def training(**changed: Any) -> Made:
        # What heads add has a suite of its own.
        usual: dict[str, Any] = {"epochs": 4, "name": "tried", "head": "reconstruction", "preset": "fast"}
        config = TrainingConfig(data=data, variant=name, **usual, **told, **changed)
        return make(read(config), config, Quiet())

    made = training()
    scorer = Scorer(made.bundle)
    return Trained(made, scorer, fresh, samples_of(scorer, fresh), training)


@pytest.fixture(scope="session")
def kinds_of_data(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Kind], tuple[Path, Table]]:
    """Where the training data of a kind are, and fresh data of it."""
    return lambda kind: sets(tmp_path_factory.getbasetemp(), kind)


def samples_of(scorer: Scorer, table: Table) -> Samples:
    encoded = encode(table, scorer.columns)
    return encoded if scorer.window is None else Windowed(encoded, frames(table, scorer.window))


@cache
def sets(folder: Path, kind: Kind) -> tuple[Path, Table]:
    """Where the training data are, and fresh data with everything that may go wrong in them."""
    normal, strange = (folder / f"{kind}-{which}" for which in ("normal", "strange"))
    if kind == "image":
        write_images(normal, 120, strange=False)
        write_images(strange, 200, strange=True)
    else:
        write = write_table if kind == "table" else write_series
        normal, strange = normal.with_suffix(".csv"), strange.with_suffix(".csv")
        write(normal, TRAINED, strange=False)
        write(strange, FRESH if kind == "table" else 2000, strange=True)
    return normal, read(TrainingConfig(data=strange)).table


def write_table(path: Path, rows: int, *, strange: bool) -> None:
    """Three numbers and two categories that hang together; `strange` adds missing values, far values and new categories."""
    chance = np.random.default_rng(2 if strange else 1)
    hidden = chance.standard_normal(rows)
    clean = np.column_stack([hidden, 3 * hidden + 100, 1e9 + hidden])
    numbers = clean + 0.1 * chance.standard_normal((rows, 3))
    modes = np.where(hidden > 0, "high", "low")
    days = chance.choice(["mon", "tue", "wed"], rows)
    if strange:
        factors = chance.choice([-1e3, 0, 1e3, 1e12], (rows, 3))
        numbers *= np.where(chance.random((rows, 3)) < 0.02, factors, 1)
        modes = np.where(chance.random(rows) < 0.05, "broken", modes)
    gone = chance.random((rows, 5)) < 0.05
    cells = [[*(f"{value:.6g}" for value in numbers[row]), modes[row], days[row]] for row in range(rows)]
    kept = [
        ["" if lost else cell for cell, lost in zip(*pair, strict=True)]
        for pair in zip(cells, gone, strict=True)
    ]
    write_csv(path, ["a", "b", "c", "mode", "day"], kept)


def write_series(path: Path, rows: int, *, strange: bool) -> None:
    """Two sensors going round, and a mode; `strange` adds spikes, missing values and a gap."""
    chance = np.random.default_rng(4 if strange else 3)
    at = np.arange(rows)
    numbers = np.column_stack([np.sin(at / 5), 20 + np.cos(at / 5)]) + 0.05 * chance.standard_normal(
        (rows, 2)
    )
    modes = np.where(at // 50 % 2, "high", "low")
    if strange:
        numbers += np.where(chance.random((rows, 2)) < 0.01, 5.0, 0.0)
    gone = chance.random((rows, 2)) < 0.02
    start = datetime(2026, 1, 1, tzinfo=UTC)
    times = [start + timedelta(seconds=float(row + 100 * strange * (row > rows // 2))) for row in at]
    cells = [
        ["" if lost else f"{value:.5f}" for value, lost in zip(*pair, strict=True)]
        for pair in zip(numbers, gone, strict=True)
    ]
    write_csv(
        path,
        ["timestamp", "x", "y", "mode"],
        [[time.isoformat(), *row, mode] for time, row, mode in zip(times, cells, modes, strict=True)],
    )


def write_csv(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def write_images(folder: Path, count: int, *, strange: bool) -> None:
    """A bright spot somewhere on a grey slope; `strange` ones are noise now and then."""
    chance = np.random.default_rng(6 if strange else 5)
    folder.mkdir()
    down, across = np.mgrid[0:12, 0:10]
    for number in range(count):
        y, x = chance.uniform(2, 8, 2)
        image = 60 + 5 * down + 120 * np.exp(-((down - y) ** 2 + (across - x) ** 2) / 4)
        if strange and number % 5 == 0:
            image = chance.uniform(0, 255, image.shape)
        (folder / f"{number:03d}.png").write_bytes(encode_png(image.astype(np.uint8)))


def everything(samples: Samples) -> Feed:
    return Feed.of(samples)
