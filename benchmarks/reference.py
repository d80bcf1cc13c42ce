"""The sets that variants are measured on: what trains, what is judged, and what is strange in it. Trains nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from benchmarks.sets import write
from models.formats import read_file
from models.pictures import encode_png
from models.table import Table
from training.autoencoder import Autoencoder
from training.steps.describe import labels

Truth = NDArray[np.bool_]
WINDOW = 10  # readings
HELD_OUT = 8  # the digit that no training has seen
MODES = ("day", "night")
COMPARED = "denoising"  # stands beside the others on every set


@dataclass(frozen=True, slots=True)
class Reference:
    """Normal data in a file or folder; `test` has the same columns, `truth` is True where a row of it is strange.

    `told` is what every training on it is told, by the names of TrainingConfig.
    """

    name: str
    train: Path
    test: Table
    truth: Truth
    told: dict[str, Any]


def references(host: Path, folder: Path) -> dict[str, Reference]:
    """Every set by its name; those that are made up are written into the folder."""
    return {each.name: each for each in (recorded(host), windows(host), modes(folder), digits(folder))}


def sets_of(name: str, variant: type[Autoencoder]) -> list[str]:
    """The sets that a variant is measured on: those it is made for, or all for the one that others stand beside."""
    kinds = variant.KINDS
    wanted = {
        "host": "table" in kinds and name != "conditional",
        "windows": "table" not in kinds and "window" in kinds,
        "modes": name == "conditional",
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
    """Two modes, each with a temperature and a pressure of its own; strange is a row that names the other mode."""
    files = folder / "modes.csv", folder / "mixed.csv"
    write_modes(files[0], 1500, seed=1, swapped=0)
    write_modes(files[1], 1000, seed=2, swapped=100)
    return Reference("modes", files[0], read_file(files[1]), np.arange(1000) < 100, {})  # noqa: PLR2004


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


def write_modes(path: Path, rows: int, *, seed: int, swapped: int) -> None:
    """The first `swapped` rows name the mode that they are not in."""
    chance = np.random.default_rng(seed)
    mode, hidden = chance.integers(2, size=rows), chance.standard_normal(rows)
    temperature = np.where(mode, 24, 20) + hidden + 0.2 * chance.standard_normal(rows)
    pressure = np.where(mode, 5.5, 5) + 0.5 * hidden + 0.1 * chance.standard_normal(rows)
    mode[:swapped] = 1 - mode[:swapped]
    cells = zip(mode.tolist(), temperature.round(4).tolist(), pressure.round(4).tolist(), strict=True)
    write(path, ["mode", "temperature", "pressure"], [[MODES[each], *numbers] for each, *numbers in cells])


def write_pictures(folder: Path, images: NDArray[np.uint8]) -> None:
    """A PNG each, named by its place. (pictures, height, width)."""
    folder.mkdir()
    for place, image in enumerate(images):
        (folder / f"{place:05d}.png").write_bytes(encode_png(image))
