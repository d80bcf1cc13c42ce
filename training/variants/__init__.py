"""Every kind of autoencoder there is. To add one: a file here and a line in VARIANTS; tests/checks picks it up."""

from __future__ import annotations

from training.autoencoder import Autoencoder
from training.variants.denoising import DenoisingAutoencoder
from training.variants.vanilla import VanillaAutoencoder

VARIANTS: dict[str, type[Autoencoder]] = {
    "vanilla": VanillaAutoencoder,
    "denoising": DenoisingAutoencoder,
}
