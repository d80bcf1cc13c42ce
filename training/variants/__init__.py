"""Every kind of autoencoder there is. To add one: a file here and a line in VARIANTS; tests/checks picks it up."""

from __future__ import annotations

from training.autoencoder import Autoencoder
from training.variants.conditional import ConditionalAutoencoder
from training.variants.contractive import ContractiveAutoencoder
from training.variants.convolutional import ConvolutionalAutoencoder
from training.variants.denoising import DenoisingAutoencoder
from training.variants.ensemble import EnsembleAutoencoder
from training.variants.recurrent import RecurrentAutoencoder
from training.variants.sparse import SparseAutoencoder
from training.variants.stacked import StackedAutoencoder
from training.variants.vanilla import VanillaAutoencoder
from training.variants.variational import VariationalAutoencoder

VARIANTS: dict[str, type[Autoencoder]] = {
    "vanilla": VanillaAutoencoder,
    "denoising": DenoisingAutoencoder,
    "sparse": SparseAutoencoder,
    "contractive": ContractiveAutoencoder,
    "variational": VariationalAutoencoder,
    "conditional": ConditionalAutoencoder,
    "stacked": StackedAutoencoder,
    "convolutional": ConvolutionalAutoencoder,
    "recurrent": RecurrentAutoencoder,
    "ensemble": EnsembleAutoencoder,
}
