"""Small made-up data for trainings that take a second."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from training.config import TrainingConfig

Write = Callable[..., Path]


@pytest.fixture
def quick(sensors: Write, tmp_path: Path) -> Callable[..., TrainingConfig]:
    """A configuration that trains in about a second."""

    def config(**told: object) -> TrainingConfig:
        values: dict[str, object] = {
            "data": told.pop("data", None) or sensors(),
            "repository": tmp_path / "repository",
        }
        return TrainingConfig.model_validate(
            {**values, "name": "sensors", "epochs": 12, "preset": "fast", "head": "reconstruction", **told}
        )

    return config
