"""Make the bundles the tests serve without torch: `python tests/bundles/make.py [NAME …]`. Made-up data, seeded.

All networks are far too small, and trained far too short, for anything but tests.
"""

from __future__ import annotations

import csv
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from models.repository import Repository
from training.config import TrainingConfig
from training.pipeline import train

HERE = Path(__file__).parent
START = datetime(2026, 1, 1, tzinfo=UTC)


class Silent:
    """Nobody watches."""

    def step(self, name: str) -> None: ...

    def epoch(self, epoch: int, epochs: int, loss: float, held_out: float) -> None: ...

    def tried(self, number: int, of: int, code_size: int, risk: float) -> None: ...


def pump(folder: Path, rows: int = 1500) -> Iterator[TrainingConfig]:
    """Two versions, the first champion. Flow follows pressure while the valve is open; temperature follows the load."""
    data = folder / "pump.csv"
    chance = np.random.default_rng(1)
    pressure = 4 + 0.5 * np.sin(np.arange(rows) / 40) + 0.1 * chance.standard_normal(rows)
    valve = np.where(np.sin(np.arange(rows) / 25) > -0.7, "open", "closed")
    flow = np.where(valve == "open", 12 * pressure, 0.5) + 0.6 * chance.standard_normal(rows)
    temperature = (
        20 + 0.25 * np.convolve(flow, np.full(5, 0.2), mode="same") + 0.3 * chance.standard_normal(rows)
    )
    with data.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["timestamp", "id", "temperature", "pressure", "flow", "valve"])
        for row in range(rows):
            numbers = [
                f"{column[row]:.3f}" if chance.random() > 0.01 else ""
                for column in (temperature, pressure, flow)
            ]
            writer.writerow([moment(row), f"r{row}", *numbers, valve[row]])
    for variant in ("denoising", "vanilla"):
        yield TrainingConfig(data=data, variant=variant, calibration=0.3)


def vibration(folder: Path, rows: int = 900) -> Iterator[TrainingConfig]:
    """Windows of 6 readings, one a second. Both sensors swing at the pace of the mode; a single reading says little."""
    data = folder / "vibration.csv"
    chance = np.random.default_rng(2)
    mode = np.where(np.arange(rows) // 60 % 2, "fast", "slow")
    angle = np.cumsum(np.where(mode == "fast", 1.0, 0.4))
    left, right = (wave + 0.03 * chance.standard_normal(rows) for wave in (np.sin(angle), np.cos(angle)))
    with data.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["timestamp", "machine", "left", "right", "mode"])
        for row in range(rows):
            writer.writerow([moment(row), "m1", f"{left[row]:.3f}", f"{right[row]:.3f}", mode[row]])
    yield TrainingConfig(
        data=data, window=6, series="machine", widths=(24,), code_size=6, epochs=60, calibration=0.3
    )


def tiles(folder: Path, count: int = 300) -> Iterator[TrainingConfig]:
    """Grey pictures, 12 wide and 10 high: a bright bar across a dark tile, anywhere but at the edges."""
    data = folder / "tiles"
    data.mkdir()
    chance = np.random.default_rng(3)
    for number in range(count):
        pixels = np.full((10, 12), 60.0)
        top = int(chance.integers(1, 7))
        pixels[top : top + 3] = 200
        pixels += 6 * chance.standard_normal(pixels.shape)
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(data / f"{number:03}.png")
    yield TrainingConfig(data=data, widths=(16,), code_size=6, epochs=80, calibration=0.3)


def mixer(folder: Path, rows: int = 900) -> Iterator[TrainingConfig]:
    """Made to be sampled from; the second version without a condition. Torque follows speed, and power both; how fast it turns depends on the mode."""
    data = folder / "mixer.csv"
    chance = np.random.default_rng(4)
    mode = chance.choice(["stir", "whip"], rows)
    speed = np.where(mode == "stir", 20.0, 80.0) + 3 * chance.standard_normal(rows)
    torque = 2 + 0.05 * speed + 0.1 * chance.standard_normal(rows)
    power = speed * torque / 10 + 0.3 * chance.standard_normal(rows)
    with data.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "speed", "torque", "power", "mode"])
        for row in range(rows):
            numbers = [f"{column[row]:.3f}" for column in (speed, torque, power)]
            writer.writerow([f"r{row}", *numbers, mode[row]])
    yield TrainingConfig(data=data, variant="variational", condition=("mode",), calibration=0.3)
    yield TrainingConfig(
        data=data, variant="variational", passthrough=("mode",), widths=(12,), calibration=0.3
    )


MADE: dict[str, Callable[[Path], Iterator[TrainingConfig]]] = {
    "pump": pump,
    "vibration": vibration,
    "tiles": tiles,
    "mixer": mixer,
}


def moment(second: int) -> str:
    """A time so many seconds after the start."""
    return (START + timedelta(seconds=second)).isoformat()


def main(names: list[str]) -> None:
    """Make these models anew, or all of them."""
    for name in names or MADE:
        shutil.rmtree(HERE / name, ignore_errors=True)
        with tempfile.TemporaryDirectory() as folder:
            for config in MADE[name](Path(folder)):
                print(train(config, Silent(), Repository(HERE)).reference)


if __name__ == "__main__":
    main(sys.argv[1:])
