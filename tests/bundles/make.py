"""Make the bundles the tests serve without torch: `python tests/bundles/make.py`. Made-up readings of a pump, seeded."""

from __future__ import annotations

import csv
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from models.repository import Repository
from training.config import TrainingConfig
from training.pipeline import train

HERE = Path(__file__).parent
START = datetime(2026, 1, 1, tzinfo=UTC)


class Silent:
    """Nobody watches."""

    def step(self, name: str) -> None: ...

    def epoch(self, epoch: int, epochs: int, loss: float, validation: float) -> None: ...


def readings(path: Path, rows: int = 1500) -> None:
    """Flow follows pressure while the valve is open; temperature follows the load of the last minutes."""
    chance = np.random.default_rng(1)
    pressure = 4 + 0.5 * np.sin(np.arange(rows) / 40) + 0.1 * chance.standard_normal(rows)
    valve = np.where(np.sin(np.arange(rows) / 25) > -0.7, "open", "closed")
    flow = np.where(valve == "open", 12 * pressure, 0.5) + 0.6 * chance.standard_normal(rows)
    temperature = (
        20 + 0.25 * np.convolve(flow, np.full(5, 0.2), mode="same") + 0.3 * chance.standard_normal(rows)
    )
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["timestamp", "id", "temperature", "pressure", "flow", "valve"])
        for row in range(rows):
            moment = (START + timedelta(seconds=row)).isoformat()
            numbers = [
                f"{column[row]:.3f}" if chance.random() > 0.01 else ""
                for column in (temperature, pressure, flow)
            ]
            writer.writerow([moment, f"r{row}", *numbers, valve[row]])


def main() -> None:
    """Two versions of `pump`; the first is champion."""
    shutil.rmtree(HERE / "pump", ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "pump.csv")
        readings(data)
        for variant in ("denoising", "vanilla"):
            config = TrainingConfig(data=data, variant=variant, calibration=0.3)
            print(train(config, Silent(), Repository(HERE)).reference)


if __name__ == "__main__":
    main()
