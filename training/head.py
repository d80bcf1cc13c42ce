"""Head: errors, residuals, codes and the record itself to one score. What every head is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from torch import Tensor, nn

from training.autoencoder import Kind
from training.view import View


class Head(nn.Module, ABC):
    """Made from known rows. score >= 0, finite, growing with strangeness; with an attribution >= 0 for each feature that adds up to it.

    `out_of_fold` are the scores of known rows, each by what was not fitted on it: (fresh rows,). They look as those of new
    normal rows will, and are all that other heads may learn from them.
    """

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"table", "window"})
    out_of_fold: Tensor

    @abstractmethod
    def forward(self, view: View) -> tuple[Tensor, Tensor]:
        """-> score (rows,), attribution (rows, terms)."""


def scattered(score: Tensor, terms: Tensor) -> Tensor:
    """The score, dealt out in proportion: (rows,), (rows, terms) >= 0 -> (rows, terms)."""
    whole = terms.sum(dim=1, keepdim=True)
    return terms * (score.unsqueeze(1) / whole.clamp(min=1e-12))
