"""Folds: which member of an ensemble does not learn from a row, so that each row has one that never saw it."""

from __future__ import annotations

import torch
from torch import Tensor

STRETCHES = 8  # of each fold


def folds(rows: int, members: int) -> Tensor:
    """Stretches of neighbouring rows, dealt out in turn: (rows,) from 0 to `members` - 1.

    Rows of a series resemble their neighbours: dealt out one by one, every row would have its twin in another fold. Of a
    table, whose rows were shuffled, stretches are as good as chance.
    """
    return torch.arange(rows) * members * STRETCHES // max(rows, 1) % members
