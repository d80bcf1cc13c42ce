"""What tests of every room share: a repository with a small model that was trained before."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from models.repository import Repository

# The same examples every time, so that a red test is red again; `make soak` looks further.
settings.register_profile("steady", derandomize=True)
settings.register_profile("soak", print_blob=True)
settings.load_profile(os.environ.get("OFFBEAT_PROFILE", "steady"))
TESTS = Path(__file__).parent
BUNDLES = TESTS / "bundles"
LONGEST_FIRST = ("journeys", "checks", "training")  # so that no process is left alone with them at the end


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The rooms whose tests take longest come first."""
    items.sort(key=lambda item: item.path.relative_to(TESTS).parts[0] not in LONGEST_FIRST)


@pytest.fixture
def pump_repository(tmp_path: Path) -> Repository:
    """A fresh repository with model `pump`: versions 1 (champion) and 2; features temperature, pressure, flow, valve."""
    shutil.copytree(BUNDLES / "pump", tmp_path / "repository" / "pump")
    return Repository(tmp_path / "repository")


@pytest.fixture
def every_repository(tmp_path: Path) -> Repository:
    """A fresh repository with every model of `tests/bundles`, of records, windows and images."""
    for manifest in BUNDLES.glob("*/1/manifest.json"):
        folder = manifest.parents[1]
        shutil.copytree(folder, tmp_path / "every" / folder.name)
    return Repository(tmp_path / "every")


@pytest.fixture
def sensors(tmp_path: Path) -> Callable[..., Path]:
    """Write a CSV of correlated sensors; extra columns by name."""

    def write(rows: int = 400, seed: int = 0, name: str = "sensors.csv", **extra: list[object]) -> Path:
        chance = np.random.default_rng(seed)
        hidden = chance.standard_normal((rows, 2))
        readings = hidden @ chance.standard_normal((2, 5)) + 0.1 * chance.standard_normal((rows, 5))
        columns: dict[str, list[object]] = {
            f"s{place}": [f"{value:.5f}" for value in readings[:, place]] for place in range(5)
        }
        columns |= extra
        lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write
