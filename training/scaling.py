"""Scaling: how each numeric column is brought to one unit, measured on training rows. Computes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Scaling:
    """Per numeric feature, float64 (features,): scaled = (curve(value) - center) / scale.

    curve(value) is sign(value) log(1 + |value| / unit), or the value itself where `unit` is 0. Where `bends` is 1 the network
    meets values beyond 3 spreads by their logarithm. `typical` replaces a missing value; `typical`, `lowest_seen` and
    `highest_seen` are in the feature's own units.
    """

    unit: Tensor
    center: Tensor
    scale: Tensor
    typical: Tensor
    lowest_seen: Tensor
    highest_seen: Tensor
    active: Tensor
    bends: Tensor
