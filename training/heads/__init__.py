"""Every way to turn errors, latent and record into a score: >= 0, finite, higher is stranger, with an attribution >= 0 per feature."""

from __future__ import annotations

from training.head import Head
from training.heads.cauchy import CauchyHead
from training.heads.combined import CombinedHead
from training.heads.drift import DriftHead
from training.heads.kl import KlHead
from training.heads.mahalanobis import MahalanobisHead
from training.heads.memory import MemoryHead
from training.heads.mixture import MixtureHead
from training.heads.noise import NoiseHead
from training.heads.reconstruction import ReconstructionHead
from training.view import Judged, Known

HEADS: dict[str, type[Head]] = {
    "cauchy": CauchyHead,
    "combined": CombinedHead,
    "drift": DriftHead,
    "kl": KlHead,
    "mahalanobis": MahalanobisHead,
    "memory": MemoryHead,
    "mixture": MixtureHead,
    "noise": NoiseHead,
    "reconstruction": ReconstructionHead,
}
# What `combined` is made of, by what it is to judge.
PARTS: dict[Judged, tuple[str, ...]] = {
    "records": ("memory", "mixture", "noise"),
    "dirty records": ("mahalanobis", "memory", "mixture"),
    "readings": ("reconstruction", "mahalanobis"),
    "levels": ("cauchy", "memory", "mixture"),
    "drifting levels": ("drift",),
    "images": ("reconstruction",),
}


def head_for(name: str, known: Known) -> Head:
    """A head made from known rows. TrainingRefused where they cannot support it."""
    if HEADS[name] is CombinedHead:
        fitting = known.fitting
        parts = [part for part in PARTS[fitting.judged] if part not in fitting.preset.left_out]
        return CombinedHead([head_for(part, known) for part in parts], curbed=fitting.blunt)
    return HEADS[name](known)
