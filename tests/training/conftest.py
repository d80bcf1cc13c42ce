"""Small made-up data for trainings that take a second."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from training.config import TrainingConfig

Write = Callable[..., Path]


@pytest.fixture
def sensors(tmp_path: Path) -> Write:
    """Write a CSV of correlated sensors; extra columns by name."""

    def write(rows: int = 400, seed: int = 0, name: str = "sensors.csv", **extra: list[object]) -> Path:
        chance = np.random.default_rng(seed)
        hidden = chance.standard_normal((rows, 2))
        readings = hidden @ chance.standard_normal((2, 5)) + 0.1 * chance.standard_normal((rows, 5))
        columns: dict[str, list[object]] = {f"s{place}": [f"{value:.5f}" for value in readings[:, place]] for place in range(5)}
        columns |= extra
        lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


@pytest.fixture
def quick(sensors: Write, tmp_path: Path) -> Callable[..., TrainingConfig]:
    """A configuration that trains in about a second."""

    def config(**told: object) -> TrainingConfig:
        values: dict[str, object] = {"data": told.pop("data", None) or sensors(), "repository": tmp_path / "repository"}
        return TrainingConfig.model_validate({**values, "name": "sensors", "epochs": 12, **told})

    return config
