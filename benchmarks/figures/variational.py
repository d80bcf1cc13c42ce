"""Records that the model makes up, beside those it learned from: their quantiles, and how features hang together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.reference import Reference
from benchmarks.trainings import train
from training.drawing import BLUE, GREEN, GREY, ORANGE, RED, Axis, Chart, Dots, Figure, Line, draw

SAMPLES = 2000
SHARES = np.linspace(0.01, 0.99, 50)
FEATURES = {"cpu_user": BLUE, "load_1m": ORANGE, "processes": GREEN, "memory_used_share": RED}


def figure(sets: Mapping[str, Reference], seed: int) -> Figure:
    """Left the quantiles of a few features, from the smallest to the largest value learned from; right every pair's correlation."""
    host = sets["host"]
    training = train(host.train, variant="variational", seed=seed, **host.told)
    sampler = training.scorer.sampler
    assert sampler is not None
    made = {
        name: np.array(cells, dtype=np.float64) for name, cells in sampler.sample(SAMPLES, seed, {}).items()
    }
    rows = training.known_rows()
    known = {name: training.table.columns[name].numbers().values[rows] for name in made}
    names = [name for name in made if known[name].std() > 0 and made[name].std() > 0]
    lines, apart = [], []
    for name, colour in FEATURES.items():
        low, high = known[name].min(), known[name].max()
        theirs, ours = ((np.quantile(each[name], SHARES) - low) / (high - low) for each in (known, made))
        lines.append(Line(theirs, ours, name, colour))
        apart.append(np.abs(ours - theirs).mean())
    pairs = np.triu_indices(len(names), 1)
    theirs, ours = (np.corrcoef([each[name] for name in names])[pairs] for each in (known, made))
    side = [0.0, 1.0]
    return Figure(
        draw(
            "variational: records drawn from the model",
            [
                Chart(
                    "Quantiles, 1 % to 99 %",
                    Axis("recorded, share of the range", low=0, high=1),
                    Axis("drawn", low=0, high=1),
                    [Line(side, side, colour=GREY, dashed=True), *lines],
                ),
                Chart(
                    "Correlation of each pair of features",
                    Axis("recorded", low=-1, high=1),
                    Axis("drawn", low=-1, high=1),
                    [Line([-1, 1], [-1, 1], colour=GREY, dashed=True), Dots(theirs, ours)],
                    width=300,
                ),
            ],
        ),
        f"{SAMPLES:,} records drawn: the quantiles of four features are {100 * np.mean(apart):.1f} % of their range from those "
        f"recorded, on average; the correlations of {len(theirs)} pairs of features agree with r = "
        f"{np.corrcoef(theirs, ours)[0, 1]:.2f}, {np.abs(theirs - ours).mean():.2f} apart on average.",
    )
