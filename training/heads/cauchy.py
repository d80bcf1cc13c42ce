"""The Cauchy head: how many features are rebuilt worse than usual, none of which decides alone.

    score = mean over present features j of  log(1 + e_j / s_j)

with e_j the squared error of feature j and s_j its mean on known rows: up to constants the negative logarithm of a Cauchy
density (Student's with one degree of freedom) of each residual. Where the mean of errors is that of its wildest feature, the
mean of logarithms asks how many are strange at once: of many sensors one that jumps is a Tuesday, five that shift are a fault.
"""

from __future__ import annotations

import torch
from torch import Tensor

from training.usual import UsualHead
from training.view import View


class CauchyHead(UsualHead):
    """Score >= 0, about half on ordinary rows; its attribution is each feature's logarithm."""

    def said(self, view: View) -> Tensor:
        """-> (rows, terms)."""
        present = view.present.sum(dim=1, keepdim=True).clamp(min=1)
        return torch.log1p(self.usual(view) * present) / present
