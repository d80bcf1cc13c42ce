"""A photograph with noise, and the same rebuilt by the served model, patch by patch."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from sklearn.datasets import load_sample_image

from benchmarks.reference import Reference, write_pictures
from benchmarks.trainings import Training, train
from models.feed import Feed
from training.drawing import Figure, Pictures, draw

Picture = NDArray[np.uint8]
SIDE = 8  # pixels of a patch
PATCHES = 8000
NOISE = 25.0  # spread, of 255
PHOTOGRAPH = "china.jpg"
SHOWN = (slice(150, 278), slice(60, 188))
TOLD = {"mask": 0.0, "code_size": 64, "widths": (256,), "learning_rate": 0.003}


def figure(sets: Mapping[str, Reference], seed: int) -> Figure:  # noqa: ARG001
    """Trained on patches of one part of a photograph, shown another part; overlapping patches are averaged."""
    chance = np.random.default_rng(seed)
    photograph = np.rint(load_sample_image(PHOTOGRAPH).mean(axis=2)).astype(np.uint8)
    clean = photograph[SHOWN]
    patches = chance.permutation(elsewhere(photograph))[:PATCHES]
    with tempfile.TemporaryDirectory() as folder:
        write_pictures(Path(folder) / "patches", patches)
        noise = NOISE / float(patches.std())  # in scaled units
        training = train(Path(folder) / "patches", variant="denoising", seed=seed, noise=noise, **TOLD)
    noisy = np.clip(np.rint(clean + NOISE * chance.standard_normal(clean.shape)), 0, 255).astype(np.uint8)
    rebuilt = denoised(training, noisy)
    before, after = psnr(clean, noisy), psnr(clean, rebuilt)
    below = [["", f"{before:.1f} dB", f"{after:.1f} dB"]]
    return Figure(
        draw(
            "denoising: the noise goes, the picture stays",
            [Pictures([[clean, noisy, rebuilt]], ["clean", "with noise", "rebuilt"], below, side=192)],
        ),
        f"Trained on {PATCHES:,} patches of {SIDE} × {SIDE} pixels from the rest of the photograph, with noise of spread {NOISE:.0f} of "
        f"255: on this part the peak signal-to-noise ratio rises from {before:.1f} to {after:.1f} dB, by {after - before:.1f} dB.",
    )


def elsewhere(photograph: Picture) -> Picture:
    """Every patch that has no pixel of what is shown: (patches, SIDE, SIDE)."""
    free = np.ones(photograph.shape, dtype=np.uint8)
    free[SHOWN] = 0
    return every_patch(photograph)[every_patch(free).all(axis=(1, 2))]


def every_patch(picture: Picture) -> Picture:
    """(height, width) -> (patches, SIDE, SIDE), row by row."""
    return sliding_window_view(picture, (SIDE, SIDE)).reshape(-1, SIDE, SIDE)


def denoised(training: Training, noisy: Picture) -> Picture:
    """What the served model expects in place of every patch, averaged where patches overlap."""
    patches = every_patch(noisy)
    expected = training.scorer.score(Feed({"image": patches[..., None]})).expected[..., 0]
    total, times = np.zeros(noisy.shape), np.zeros(noisy.shape)
    across = noisy.shape[1] - SIDE + 1
    for place, patch in enumerate(expected):
        at = slice(place // across, place // across + SIDE), slice(place % across, place % across + SIDE)
        total[at] += patch
        times[at] += 1
    return np.rint(total / times).astype(np.uint8)


def psnr(clean: Picture, other: Picture) -> float:
    """Peak signal-to-noise ratio in dB; higher is closer."""
    apart = clean.astype(np.float64) - other
    return float(10 * np.log10(255**2 / np.mean(apart**2)))
