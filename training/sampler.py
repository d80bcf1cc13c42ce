"""SamplerGraph: chance to records in their own units, as one module, exported beside the scoring graph."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from training.graph import ScoringGraph
from training.preprocessing import Preprocessing


class SamplerGraph(nn.Module):
    """Standard normal chance in, records out; conditions are given as a record that holds only them."""

    def __init__(self, graph: ScoringGraph) -> None:
        super().__init__()
        self.preprocessing = cast("Preprocessing", graph.preprocessing)
        self.autoencoder = graph.autoencoder

    def example(self, rows: int) -> dict[str, Tensor]:
        """Inputs of the right shapes and types."""
        shape, preprocessing = self.autoencoder.shape, self.preprocessing
        inputs = {
            "latent": torch.zeros(rows, self.autoencoder.latent_size),
            "noise": torch.zeros(rows, *shape.axes),
        }
        if preprocessing.conditions and preprocessing.numbers:
            inputs["numeric"] = torch.full((rows, preprocessing.numbers), torch.nan, dtype=torch.float64)
        if preprocessing.conditions and preprocessing.sizes:
            inputs["categorical"] = torch.full((rows, len(preprocessing.sizes)), -1, dtype=torch.int64)
        return inputs

    def forward(
        self,
        latent: Tensor,
        noise: Tensor,
        numeric: Tensor | None = None,
        categorical: Tensor | None = None,
    ) -> Tensor:
        """(rows, latent size) and (rows, width) standard normal -> (rows, features) in their own units, inside the trained range."""
        preprocessing = self.preprocessing
        given = noise
        if preprocessing.conditions:
            given = preprocessing.seen(preprocessing(numeric, categorical)[0])
        made = self.autoencoder.generate(latent, noise, self.autoencoder.condition(given))
        inside = preprocessing.within(preprocessing.rebuilt(made))
        return preprocessing.restored(preprocessing.given(given, inside))
