"""Every way to turn errors, latent and record into a score: >= 0, finite, higher is stranger, with an attribution >= 0 per feature."""

from __future__ import annotations

from training.autoencoder import Kind
from training.head import Head
from training.heads.combined import CombinedHead
from training.heads.kl import KlHead
from training.heads.mahalanobis import MahalanobisHead
from training.heads.memory import MemoryHead
from training.heads.mixture import MixtureHead
from training.heads.noise import NoiseHead
from training.heads.reconstruction import ReconstructionHead
from training.view import Known

HEADS: dict[str, type[Head]] = {
    "combined": CombinedHead,
    "kl": KlHead,
    "mahalanobis": MahalanobisHead,
    "memory": MemoryHead,
    "mixture": MixtureHead,
    "noise": NoiseHead,
    "reconstruction": ReconstructionHead,
}
# What `combined` is made of.
PARTS: dict[Kind, tuple[str, ...]] = {
    "table": ("reconstruction", "memory", "mixture", "noise"),
    "window": ("reconstruction", "mahalanobis"),
    "image": ("reconstruction",),
}
BLUNT = ("mahalanobis", "memory", "mixture")  # of records among which may be anomalies


def head_for(name: str, kind: Kind, known: Known) -> Head:
    """A head made from known rows. TrainingRefused where they cannot support it."""
    if HEADS[name] is CombinedHead:
        fitting = known.fitting
        parts = [part for part in PARTS[kind] if part not in fitting.preset.left_out]
        heads = [head_for(part, kind, known) for part in (BLUNT if fitting.blunt else parts)]
        return CombinedHead(heads, curbed=fitting.blunt)
    return HEADS[name](known)
