"""The latent space in two dimensions."""

from __future__ import annotations

import numpy as np

from training.drawing import BLUE, ORANGE, RED, Axis, Chart, Dots, Mark, draw
from training.report.markup import drawing, percent
from training.report.sections.colours import WIDE
from training.report.shown import Shown

HALF = 0.5  # of the threshold


def latent(shown: Shown) -> str | None:
    """Colour by anomaly score; known anomalies are rings. None of a private model."""
    found = shown.facts.latent
    if found is None:
        return None
    x, y, score, known = (np.array(each) for each in (found.x, found.y, found.anomaly_scores, found.known))
    kinds = [
        ("far from strange", score <= HALF, BLUE),
        ("near the threshold", (score > HALF) & (score <= 1), ORANGE),
        ("anomaly", score > 1, RED),
    ]
    marks: list[Mark] = [Dots(x[mask], y[mask], name, colour) for name, mask, colour in kinds if mask.any()]
    if known.any():
        marks.append(Dots(x[known], y[known], "labelled (ring)", RED, size=5, hollow=True))
    shares = [percent(each) for each in found.explained]
    across, up = (
        Axis(f"{name} axis ({share} of the variance)")
        for name, share in zip(("first", "second"), shares, strict=True)
    )
    chart = Chart("", across, up, marks, width=WIDE)
    told = f"{len(x):,} records in the two directions in which the latents of ordinary ones vary most, coloured by anomaly score."
    return drawing(draw("Latent space in two dimensions", [chart]), told)
