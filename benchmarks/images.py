"""Images from file to reply: denoised photographs, digits of a class never seen, and a large network served.

    python benchmarks/images.py

Photographs and digits are scikit-learn's own. Every figure of `served` comes out of a running service.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits, load_sample_images
from sklearn.metrics import average_precision_score, roc_auc_score

from benchmarks.product import serving
from benchmarks.trainings import Stopwatch
from models.pictures import encode_png
from models.repository import Repository
from models.scorer import Scorer
from training.config import TrainingConfig
from training.pipeline import Watcher, train
from training.progress import Quiet

Pixels = NDArray[np.uint8]
LARGE, LARGE_COUNT = 256, 64  # side of a large image, and how many
PATCH, PATCHES = 16, 4000
NOISE = 25.0  # of 255, on the photograph
DIGITS = range(10)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all unless told")
    for part in parser.parse_args(arguments).parts or PARTS:
        with tempfile.TemporaryDirectory() as work:
            for line in PARTS[part](Path(work)):
                print(line, flush=True)


def digits(work: Path) -> Iterator[str]:
    """One class held out in turn: half of the other digits train, the rest and the class test."""
    found = load_digits()
    pixels = np.clip(found.images * 16, 0, 255).astype(np.uint8)[..., None]
    yield "| variant | AUROC % | AUPRC % | worst digit |\n|---|---|---|---|"
    for variant in ("denoising", "convolutional", "ensemble"):
        measured = []
        for digit in DIGITS:
            others, held_out = np.flatnonzero(found.target != digit), np.flatnonzero(found.target == digit)
            scorer = trained(work / f"{variant}{digit}", pixels[others[::2]], Quiet(), variant=variant)
            test = np.r_[others[1::2], held_out]
            scores, truth = scored(scorer, pixels[test]), found.target[test] == digit
            measured.append((roc_auc_score(truth, scores), average_precision_score(truth, scores)))
        auroc, auprc = np.array(measured).T * 100
        yield f"| {variant} | {auroc.mean():.1f} | {auprc.mean():.1f} | {auroc.argmin()} ({auroc.min():.1f}) |"


def photographs(work: Path) -> Iterator[str]:
    """Patches of one photograph train; the other one, made noisy, is denoised patch by patch."""
    clean, other = (image.mean(axis=2, keepdims=True) for image in load_sample_images().images)
    chance = np.random.default_rng(0)
    noisy = np.clip(other + NOISE * chance.standard_normal(other.shape), 0, 255)
    yield "| variant | PSNR noisy dB | PSNR denoised dB | gain dB |\n|---|---|---|---|"
    for variant in ("denoising", "convolutional"):
        widths = (256,) if variant == "denoising" else (64, 32)
        told: dict[str, Any] = {"noise": 0.5, "mask": 0.0, "code_size": 64, "widths": widths}
        scorer = trained(work / variant, patches(clean, PATCHES, chance), Quiet(), variant=variant, **told)
        tiles = tiled(noisy)
        denoised = untiled(expected(scorer, tiles), other.shape)
        before, after = psnr(other, noisy), psnr(other, denoised)
        yield f"| {variant} | {before:.2f} | {after:.2f} | {after - before:.2f} |"


def served(work: Path) -> Iterator[str]:
    """256 x 256 x 3 through filters 128, 64, 32, 16 to a code of 256: one epoch, exported, served."""
    chance = np.random.default_rng(0)
    photos = load_sample_images().images
    images = np.concatenate([patches(photo, LARGE_COUNT // 2, chance, LARGE) for photo in photos])
    watch = Stopwatch()
    told: dict[str, Any] = {
        "widths": (128, 64, 32, 16),
        "code_size": 256,
        "epochs": 1,
        "batch_size": 8,
        "threads": 2,
    }
    trained(work / "large", images, watch, variant="convolutional", **told)
    count = round(LARGE_COUNT * 0.51)
    yield f"epoch {watch.seconds('fit'):.1f} s ({watch.seconds('fit') / count * 1e3:.0f} ms an image), "
    model = next((work / "large").glob("*/1/model.onnx"))
    yield f"export {watch.seconds('export'):.1f} s, model.onnx {model.stat().st_size / 2**20:.1f} MB"
    body = encode_png(images[0])
    with serving(work / "large") as client:
        for query in ("?expected=false&error_map=false", ""):
            taken = [posted(client, f"/v1/models/tried/score{query}", body) for _ in range(12)][2:]
            yield f"POST image/png{query}: median {np.median(taken) * 1e3:.0f} ms an image"


def trained(folder: Path, images: Pixels, watch: Watcher, **told: object) -> Scorer:
    """A model of these images, written to a folder as PNG first: what a user would do."""
    source = folder / "images"
    source.mkdir(parents=True)
    for place, image in enumerate(images):
        (source / f"{place:05d}.png").write_bytes(encode_png(image.astype(np.uint8)))
    config = TrainingConfig.model_validate({"data": source, "name": "tried", "repository": folder, **told})
    published = train(config, watch, Repository(folder))
    return Scorer.open(published.reference.folder)


def scored(scorer: Scorer, images: Pixels) -> NDArray[np.float64]:
    """The score of each image."""
    return scorer.score(Stack(images)).score


def expected(scorer: Scorer, images: Pixels) -> NDArray[np.float64]:
    """Each image as the model would have it."""
    return scorer.score(Stack(images)).expected.astype(np.float64)


class Stack:
    """Images in memory, as the graph takes them."""

    def __init__(self, images: Pixels) -> None:
        self._images = images.astype(np.uint8)

    @property
    def rows(self) -> int:
        """How many."""
        return len(self._images)

    def feed(self, part: slice) -> dict[str, NDArray[np.uint8]]:
        """Some of them."""
        return {"image": self._images[part]}


def patches(photo: NDArray[np.float64], count: int, chance: np.random.Generator, side: int = PATCH) -> Pixels:
    """Squares from anywhere in a photograph: (count, side, side, channels)."""
    height, width = photo.shape[:2]
    tops, lefts = chance.integers(0, height - side, count), chance.integers(0, width - side, count)
    cut = [photo[top : top + side, left : left + side] for top, left in zip(tops, lefts, strict=True)]
    return np.stack(cut).astype(np.uint8)


def tiled(photo: NDArray[np.float64]) -> Pixels:
    """A photograph as squares that touch; what does not fill one is left out."""
    down, across = (side // PATCH for side in photo.shape[:2])
    cut = photo[: down * PATCH, : across * PATCH].reshape(down, PATCH, across, PATCH, -1)
    return cut.swapaxes(1, 2).reshape(down * across, PATCH, PATCH, -1).astype(np.uint8)


def untiled(tiles: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """The squares put together again."""
    down, across = (side // PATCH for side in shape[:2])
    whole = tiles.reshape(down, across, PATCH, PATCH, -1).swapaxes(1, 2)
    return whole.reshape(down * PATCH, across * PATCH, -1)


def psnr(truth: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """10 log10(255^2 / mean squared error) over what both show, in dB."""
    height, width = other.shape[0] // PATCH * PATCH, other.shape[1] // PATCH * PATCH
    error = np.square(truth[:height, :width] - other[:height, :width]).mean()
    return float(10 * np.log10(255**2 / error))


def posted(client: httpx.Client, url: str, body: bytes) -> float:
    """Seconds until the reply."""
    start = time.perf_counter()
    client.post(url, content=body, headers={"content-type": "image/png"}).raise_for_status()
    return time.perf_counter() - start


PARTS = {"digits": digits, "photographs": photographs, "served": served}

if __name__ == "__main__":
    main()
