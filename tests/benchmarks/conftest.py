"""A small labelled set on disk, the options of a run over it, and a stand-in for the product that trains nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.quality.case import Case, Detection, Flags
from benchmarks.quality.options import PRODUCT, Options, Ours

Ask = Callable[[Case, str, Flags, Options], Detection]


@pytest.fixture
def options(tmp_path: Path) -> Options:
    """Two sets, two seeds, no peers."""
    folder = tmp_path / "data" / "adbench"
    folder.mkdir(parents=True)
    for name, rows in (("2_small", 200), ("10_large", 1200)):
        chance = np.random.default_rng(rows)
        truth = np.arange(rows) % 10 == 0
        np.savez(folder / f"{name}.npz", X=chance.normal(size=(rows, 3)) + 2 * truth[:, None], y=truth)
    return Options(
        protocols=[],
        data=tmp_path / "data",
        host=tmp_path,
        sets=None,
        seeds=[0, 1],
        rows=10_000,
        ours=[Ours(PRODUCT, ())],
        train_flags=("--robust", "4"),
        peers_python=None,
        peers=[],
        output=tmp_path / "output",
        figures=None,
        resume=False,
    )


@pytest.fixture
def asked() -> list[tuple[str, int, Flags]]:
    """What the stand-in was asked."""
    return []


@pytest.fixture
def ask(asked: list[tuple[str, int, Flags]]) -> Ask:
    """Scores a row by its distance from the mean of the training rows."""

    def ask(case: Case, name: str, flags: Flags, options: Options) -> Detection:
        asked.append((case.set, case.seed, flags))
        return Detection(name, np.linalg.norm(case.test - case.train.mean(axis=0), axis=1), 1.0, 0.1)

    return ask
