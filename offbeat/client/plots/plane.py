"""Plane: embeddings along the two directions in which they spread most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from offbeat.client.plots.along import Vector
from offbeat.client.plots.paper import BLUE, Picture, picture, titled

HEIGHT = 5.0  # inches
Matrix = NDArray[np.float64]


def plane(source: str, embeddings: Sequence[Sequence[float] | None]) -> Picture:
    """A dot for each record that has an embedding. ValueError where none has."""
    known = [each for each in embeddings if each is not None]
    if not known:
        raise ValueError(f"nothing to plot: none of {len(embeddings):,} records has an embedding")
    places, shares = main_axes(np.array(known, dtype=np.float64))
    made, (chart,) = picture([HEIGHT])
    chart.set_aspect("equal", adjustable="datalim")
    size = 5 if len(known) < 1000 else 2  # noqa: PLR2004
    chart.plot(places[:, 0], places[:, 1], "o", color=BLUE, markersize=size, alpha=0.6, markeredgewidth=0)
    first, second = (
        f"{name} main axis, {share:.0%} of the spread"
        for name, share in zip(("first", "second"), shares, strict=True)
    )
    without = len(embeddings) - len(known)
    titled(
        chart,
        f"{source}: {len(known):,} embeddings" + (f", {without:,} unknown" if without else ""),
        first,
        second,
    )
    return made


def main_axes(points: Matrix) -> tuple[Matrix, Vector]:
    """(records, width) -> (records, 2) along the main axes, and (2,) which share of the variance lies along each.

    Where an embedding is a single number the second is zero.
    """
    points = np.pad(points - points.mean(axis=0), [(0, 0), (0, max(0, 2 - points.shape[1]))])
    variances, axes = np.linalg.eigh(points.T @ points)  # ascending
    shares = np.maximum(variances, 0) / max(variances.sum(), np.finfo(np.float64).tiny)
    return points @ axes[:, :-3:-1], shares[:-3:-1]
