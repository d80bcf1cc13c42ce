"""Images beside what the model would have in their place, and where it finds them strange."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.drawing import Figure, Pictures, draw
from benchmarks.reference import HELD_OUT, Reference
from benchmarks.trainings import Training, train
from models.feed import Feed
from training.metrics import auroc

Images = NDArray[np.uint8]
SPOT, SPOTTED = 2, 200  # pixels a side; how many images get one
WHITE = 255


class Seen(NamedTuple):
    """What the graph says of images: score over threshold, the images it expects, and what each pixel adds."""

    score: NDArray[np.float64]
    expected: Images
    error: NDArray[np.float64]


def figure(sets: Mapping[str, Reference], seed: int) -> Figure:
    """A known digit, the same with a spot on it, and a digit never seen; spots on many to count how often they are found."""
    digits = sets["digits"]
    training = train(digits.train, variant="convolutional", seed=seed, **digits.told)
    images = pixels(training, digits)
    known, strange = images[~digits.truth], images[digits.truth]
    spotted, spots = with_spots(known[:SPOTTED], np.random.default_rng(seed))
    plain, spoilt, unseen = (looked_at(training, each) for each in (known, spotted, strange))
    hit = spots[np.arange(len(spots)), spoilt.error.reshape(len(spots), -1).argmax(axis=1)].mean()
    typical = int(np.argsort(plain.score[:SPOTTED])[SPOTTED // 2])
    median = int(np.argsort(unseen.score)[len(unseen.score) // 2])
    rows = [(known, plain, typical), (spotted, spoilt, typical), (strange, unseen, median)]
    ranked = 100 * auroc(np.concatenate([plain.score, unseen.score]), np.arange(len(images)) >= len(known), 0)
    grid = [[each[at], seen.expected[at], shade(seen.error[at])] for each, seen, at in rows]
    below = [[f"{seen.score[at]:.1f} × threshold", "", ""] for _, seen, at in rows]
    return Figure(
        draw("convolutional: where an image is strange", [Pictures(grid, ["image", "expected", "error map"], below)]),
        f"From the top: a known digit, the same with a bright spot, and a {HELD_OUT}, which training never saw; the error map is scaled to "
        f"its own brightest pixel. In {100 * hit:.0f} % of {len(spots)} images with a spot of {SPOT} × {SPOT} pixels the brightest pixel of "
        f"the map is one of the spot's; AUROC of every {HELD_OUT} against the known digits is {ranked:.1f} %.",
    )


def pixels(training: Training, digits: Reference) -> Images:
    """Every test image, (images, height, width)."""
    samples = training.samples(digits.test)
    return np.asarray(samples.feed(slice(0, samples.rows))["image"][..., 0], dtype=np.uint8)


def looked_at(training: Training, images: Images) -> Seen:
    """By the served model."""
    found = training.scorer.score(Feed({"image": np.ascontiguousarray(images[..., None])}))
    over = found.score / training.scorer.manifest.threshold.value
    return Seen(over, found.expected[..., 0].astype(np.uint8), found.attribution)


def with_spots(images: Images, chance: np.random.Generator) -> tuple[Images, NDArray[np.bool_]]:
    """A square inverted towards black or white, whichever is further from what is there; and which pixels: (images, pixels)."""
    spoilt, spots = images.copy(), np.zeros(images.shape, dtype=np.bool_)
    for image, spot in zip(spoilt, spots, strict=True):
        down, across = chance.integers([side - SPOT + 1 for side in image.shape])
        square = slice(down, down + SPOT), slice(across, across + SPOT)
        image[square] = 0 if image[square].mean() > WHITE / 2 else WHITE
        spot[square] = True
    return spoilt, spots.reshape(len(spots), -1)


def shade(error: NDArray[np.float64]) -> Images:
    """The largest white, none black."""
    return np.rint(error / error.max() * WHITE).astype(np.uint8)
