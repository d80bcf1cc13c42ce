"""Numbers as short as a drawing needs them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rounded(values: NDArray[np.float64], digits: int) -> tuple[float, ...]:
    """(n,) values, each to so many significant digits."""
    return tuple(float(f"{value:.{digits}g}") for value in values.tolist())
