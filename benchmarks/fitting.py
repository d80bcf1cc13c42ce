"""How fast a network learns: rows x epochs a second of a 32-64-8-64-32 denoising autoencoder, one thread.

    python benchmarks/fitting.py --peers-python /tmp/peers/bin/python

Batch sizes are timed in turn, again and again, so that a noisy machine is noisy to all. Beside them the three members of an ensemble, each
row counted once, and PyOD's autoencoder with the same layers and its own batch of 32. How well a batch size detects says
`python -m benchmarks.quality clean --ours "1024=--variant denoising --batch-size 1024 …"`.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from benchmarks.tables import markdown
from training.autoencoder import Shape
from training.descent import Descent, Scaled
from training.variants import VARIANTS

INPUTS, HIDDEN, CODE = 32, (64,), 8
ROWS, ROUNDS = 20_000, 5
SIZES = (256, 1024, 2048)
PEER = f"""
import time, numpy as np
from pyod.models.auto_encoder import AutoEncoder
rows = np.random.default_rng(0).standard_normal(({ROWS}, {INPUTS}))
def fit(batch):
    network = AutoEncoder(hidden_neuron_list=[{HIDDEN[0]}, {CODE}], epoch_num=1, batch_size=batch, device="cpu", verbose=0)
    start = time.monotonic()
    network.fit(rows)
    return {ROWS} / (time.monotonic() - start)
fit(1024)
print(*(fit(batch) for batch in (32, 256, 1024)))
"""


class Racer:
    """A network, and how it went so far."""

    def __init__(self, name: str, variant: str, size: int) -> None:
        torch.manual_seed(0)
        members = 3 if variant == "ensemble" else 1
        network = VARIANTS[variant](
            Shape(
                axes=(INPUTS,), hidden=HIDDEN, code_size=CODE, activation="gelu", loss="mse", noise=0.5, members=members
            )
        )  # fmt: skip
        x = torch.randn(ROWS, INPUTS, generator=torch.Generator().manual_seed(0))
        self.name = name
        self.rates: list[float] = []
        self._descent = Descent(network, Scaled(x, torch.ones_like(x)), ROUNDS + 1, size, 0.01, seed=0)
        self._descent.epoch()

    def run(self) -> None:
        """One epoch."""
        start = time.monotonic()
        self._descent.epoch()
        self.rates.append(ROWS / (time.monotonic() - start))


def main(arguments: Sequence[str] | None = None) -> None:
    """Race, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers-python", type=Path, help="Python with pyod; without it no peer")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    racers = [Racer(f"denoising, batch {size}", "denoising", size) for size in SIZES]
    racers += [Racer(f"ensemble, batch {size}", "ensemble", size) for size in SIZES]
    for _ in range(ROUNDS):
        for racer in racers:
            racer.run()
    lines = [[racer.name, f"{statistics.median(racer.rates):,.0f}"] for racer in racers]
    if options.peers_python:
        lines += peer(options.peers_python)
    print(markdown([["", "rows x epochs / s"], *lines]))


def peer(python: Path) -> list[list[str]]:
    """PyOD's autoencoder, whose fit scores the rows as well, as its users have it."""
    one_thread = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [python, "-I", "-c", PEER], env=one_thread, capture_output=True, text=True, check=True
    )
    rates = done.stdout.split()
    return [
        [f"PyOD AutoEncoder, batch {size}", f"{float(rate):,.0f}"]
        for size, rate in zip((32, 256, 1024), rates, strict=True)
    ]


if __name__ == "__main__":
    main()
