"""Every way to turn errors and latent into a score: >= 0, finite, higher is stranger, with an attribution >= 0 per feature."""

from __future__ import annotations

from training.heads.reconstruction import ReconstructionHead

HEADS: dict[str, type[ReconstructionHead]] = {"reconstruction": ReconstructionHead}
