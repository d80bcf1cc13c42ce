"""The sets that variants are measured on: what trains, what is judged, and what is strange in it. Trains nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from benchmarks.lines import write
from models.formats import read_file
from models.pictures import encode_png
from models.table import Table
from training.autoencoder import Autoencoder
from training.steps.describe import labels

Truth = NDArray[np.bool_]
WINDOW = 10  # readings
HELD_OUT = 8  # the digit that no training has seen
SWAPPED, STRANGE = 100, 200  # rows of `modes` and of `hours`
SPREAD, FAR = 0.6, 2.5  # degrees around what the hour asks for; how far from that a strange one is at least
COMPARED = "denoising"  # stands beside the others on every set


@dataclass(frozen=True, slots=True)
class Reference:
    """Normal data in a file or folder; `test` has the same columns, `truth` is True where a row of it is strange.

    `told` is what every training on it is told, by the names of TrainingConfig; `condition` what one that takes
    conditions is told beside.
    """

    name: str
    train: Path
    test: Table
    truth: Truth
    told: dict[str, Any]
    condition: tuple[str, ...] = ()


def references(host: Path, folder: Path) -> dict[str, Reference]:
    """Every set by its name; those that are made up are written into the folder."""
    return {
        each.name: each
        for each in (recorded(host), windows(host), modes(folder), hours(folder), digits(folder))
    }


def sets_of(name: str, variant: type[Autoencoder]) -> list[str]:
    """The sets that a variant is measured on: those it is made for, or all for the one that others stand beside."""
    kinds = variant.KINDS
    wanted = {
        "host": "table" in kinds and name != "conditional",
        "windows": "table" not in kinds and "window" in kinds,
        "modes": name == "conditional",
        "hours": name == "conditional",
        "digits": "table" not in kinds and "image" in kinds,
    }
    return [each for each, made_for_it in wanted.items() if made_for_it or name == COMPARED]


def recorded(host: Path) -> Reference:
    """This project's own recording of a machine, row by row."""
    faults = read_file(host / "faults.csv")
    return Reference("host", host / "normal.csv", faults, labels(faults, "label"), {"blocks": 5})


def windows(host: Path) -> Reference:
    """The same, each reading judged together with the nine before it."""
    rows = recorded(host)
    return Reference("windows", rows.train, rows.test, rows.truth, {**rows.told, "window": WINDOW})


def modes(folder: Path) -> Reference:
    """Pressure rises with temperature by day and falls by night; strange is a row that names the other mode."""
    files = folder / "modes.csv", folder / "mixed.csv"
    write_modes(files[0], 1500, 0, seed=1)
    write_modes(files[1], 1000, SWAPPED, seed=2)
    table = read_file(files[1])
    return Reference("modes", files[0], table, np.arange(table.rows) < SWAPPED, {}, ("mode",))


def hours(folder: Path) -> Reference:
    """A temperature that follows the hour; strange is one that is normal, but at another hour."""
    files = folder / "day.csv", folder / "strange.csv"
    write_day(files[0], 3000, 0, seed=1)
    write_day(files[1], 2000, STRANGE, seed=2)
    table = read_file(files[1])
    return Reference("hours", files[0], table, np.arange(table.rows) < STRANGE, {}, ("hour",))


def digits(folder: Path) -> Reference:
    """Handwritten digits of 8 by 8 pixels (Alpaydin & Kaynak 1998); one of the ten is never seen in training."""
    found = load_digits()
    images = np.clip(found.images * 16, 0, 255).astype(np.uint8)
    known, unknown = np.flatnonzero(found.target != HELD_OUT), np.flatnonzero(found.target == HELD_OUT)
    test = np.concatenate([known[1::2], unknown])
    write_pictures(folder / "digits", images[known[::2]])
    write_pictures(folder / "digits-test", images[test])
    return Reference(
        "digits", folder / "digits", read_file(folder / "digits-test"), found.target[test] == HELD_OUT, {}
    )


def write_modes(path: Path, rows: int, swapped: int, *, seed: int) -> None:
    """The first `swapped` rows name the mode that they are not in."""
    chance = np.random.default_rng(seed)
    mode, hidden = chance.integers(2, size=rows), chance.standard_normal(rows)
    temperature = 20 + hidden + 0.2 * chance.standard_normal(rows)
    pressure = 5 + np.where(mode, -0.5, 0.5) * hidden + 0.1 * chance.standard_normal(rows)
    mode[:swapped] = 1 - mode[:swapped]
    cells = zip(mode.tolist(), temperature.round(4).tolist(), pressure.round(4).tolist(), strict=True)
    write(
        path,
        ["mode", "temperature", "pressure"],
        [[("day", "night")[each], *numbers] for each, *numbers in cells],
    )


def write_day(path: Path, rows: int, strange: int, *, seed: int) -> None:
    """A temperature around its hour's; the first `strange` rows have that of a row at another hour."""
    chance = np.random.default_rng(seed)
    hours = chance.uniform(0, 24, rows)
    asked = 20 - 3 * np.cos(2 * np.pi * (hours - 3) / 24)
    degrees = asked + SPREAD * chance.standard_normal(rows)
    for row in range(strange):
        other = np.flatnonzero(np.abs(degrees[strange:] - asked[row]) > FAR) + strange
        degrees[row] = degrees[chance.choice(other)]
    write(path, ["hour", "temperature"], np.column_stack([hours, degrees]).round(4).tolist())


def write_pictures(folder: Path, images: NDArray[np.uint8]) -> None:
    """A PNG each, named by its place. (pictures, height, width)."""
    folder.mkdir()
    for place, image in enumerate(images):
        (folder / f"{place:05d}.png").write_bytes(encode_png(image))
