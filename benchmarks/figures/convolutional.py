"""Pictures of a surface with and without a scratch, what the model would have in their place, and where it finds them strange."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.reference import Reference, write_pictures
from benchmarks.trainings import Training, train
from models.feed import Feed
from training.drawing import Figure, Pictures, draw
from training.metrics import auroc

Images = NDArray[np.uint8]
Found = NDArray[np.float64]
Scratches = NDArray[np.bool_]
SIDE, TRAINED, TESTED = 32, 600, 200
GROOVES, DEPTH, NOISE = 8.0, 40.0, 8.0  # pixels from groove to groove; grey levels
LENGTH, BREADTH, LEVEL = 6.0, 1.0, 70.0  # half a scratch, in pixels; grey levels
EPOCHS = 60


class Seen(NamedTuple):
    """What the graph says of images: score over threshold, the images it expects, and what each pixel adds."""

    score: Found
    expected: Images
    error: Found


def figure(sets: Mapping[str, Reference], seed: int) -> Figure:  # noqa: ARG001
    """Grooves that may begin anywhere; beside the filters a dense network, which must learn each place by itself."""
    chance = np.random.default_rng(seed)
    plain, _ = surfaces(TESTED, chance, scratched=False)
    spoilt, scratches = surfaces(TESTED, chance, scratched=True)
    with tempfile.TemporaryDirectory() as folder:
        write_pictures(Path(folder) / "surfaces", surfaces(TRAINED, chance, scratched=False)[0])
        filters, dense = (
            train(Path(folder) / "surfaces", variant=name, seed=seed, epochs=EPOCHS)
            for name in ("convolutional", "denoising")
        )
    normal, strange = looked_at(filters, plain), looked_at(filters, spoilt)
    ranked, beside = ranks(normal, strange), ranks(looked_at(dense, plain), looked_at(dense, spoilt))
    brightest = strange.error.reshape(TESTED, -1).argmax(axis=1)
    hit = scratches.reshape(TESTED, -1)[np.arange(TESTED), brightest].mean()
    rows = [(plain, normal, 0), (spoilt, strange, 0), (spoilt, strange, 1)]
    grid = [[images[at], seen.expected[at], shade(seen.error[at])] for images, seen, at in rows]
    below = [[f"{seen.score[at]:.1f} × threshold", "", ""] for _, seen, at in rows]
    return Figure(
        draw(
            "convolutional: where an image is strange",
            [Pictures(grid, ["image", "expected", "error map"], below, side=112)],
        ),
        f"A grooved surface, and two with a scratch; each error map is scaled to its own brightest pixel, which lies on the scratch in "
        f"{100 * hit:.0f} % of {TESTED} scratched images (scratches cover {100 * scratches.mean():.1f} % of the pixels). AUROC of scratched "
        f"against whole images: {ranked:.1f} %, with the dense `denoising` {beside:.1f} %; both {EPOCHS} epochs on {TRAINED} images.",
    )


def surfaces(count: int, chance: np.random.Generator, *, scratched: bool) -> tuple[Images, Scratches]:
    """Grooves of any phase in about one direction, a scratch across some; and the pixels of the scratch."""
    down, across = np.mgrid[:SIDE, :SIDE]
    angle, phase = chance.uniform(-0.2, 0.2, (count, 1, 1)), chance.uniform(0, 2 * np.pi, (count, 1, 1))
    along = across * np.cos(angle) + down * np.sin(angle)
    grey = (
        128
        + DEPTH * np.sin(2 * np.pi * along / GROOVES + phase)
        + NOISE * chance.standard_normal((count, SIDE, SIDE))
    )
    turn = chance.uniform(np.pi / 4, 3 * np.pi / 4, (count, 1, 1))
    y, x = (side - chance.uniform(8, SIDE - 8, (count, 1, 1)) for side in (down, across))
    lengthwise, sideways = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    marked = (np.abs(lengthwise) < LENGTH) & (np.abs(sideways) < BREADTH) & scratched
    return np.clip(np.rint(grey + LEVEL * marked), 0, 255).astype(np.uint8), marked


def looked_at(training: Training, images: Images) -> Seen:
    """By the served model."""
    found = training.scorer.score(Feed({"image": np.ascontiguousarray(images[..., None])}))
    over = found.score / training.scorer.manifest.threshold.value
    return Seen(over, found.expected[..., 0].astype(np.uint8), found.attribution)


def ranks(normal: Seen, strange: Seen) -> float:
    """AUROC in percent."""
    score = np.concatenate([normal.score, strange.score])
    return 100 * auroc(score, np.arange(len(score)) >= len(normal.score), 0)


def shade(error: Found) -> Images:
    """The largest white, none black."""
    shades: Images = np.rint(error / error.max() * 255).astype(np.uint8)
    return shades
