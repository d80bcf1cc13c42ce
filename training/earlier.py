"""Earlier: the version that a training starts from. What it was is kept; only data, seed and the way of fitting are new."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from models.bundle import WEIGHTS, read_extra
from models.features import Feature, FeatureSchema, NumericFeature
from models.manifest import Manifest
from models.repository import Reference, Repository, shipped
from training.config import TrainingConfig
from training.errors import TrainingRefused
from training.preprocessing import Scaling

LOWEST, HIGHEST = 4, 5  # places in a row of Scaling
NETWORK, SCALING = "network.", "scaling."
SLOWER = 0.1  # of the usual rate: a network that is nearly right needs small steps
# How to fit may be told anew; everything else was decided by the version before.
FREE = {
    "data", "name", "repository", "promote", "seed", "separator", "warm_start", "epochs", "patience", "batch_size",
    "learning_rate", "threads", "validation", "calibration", "test", "blocks", "gap", "quantile", "fpr", "robust",
    "noise", "mask", "penalty", "stride",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Earlier:
    """A published version, as far as a new one can start from it."""

    reference: Reference
    manifest: Manifest
    weights: Mapping[str, Tensor]
    scaling: Mapping[str, Tensor]

    @property
    def columns(self) -> FeatureSchema:
        """The features, categories included."""
        return self.manifest.columns

    def widened(self, seen: Mapping[str, NDArray[np.float64]]) -> tuple[FeatureSchema, dict[str, NDArray[np.float64]]]:
        """Columns and scaling as they were, the trained ranges reaching as far as the new rows.

        `seen`: rows of Scaling, as `preprocess` makes them, of which only lowest and highest seen count.
        """
        features: list[Feature] = []
        scalings = {}
        for feature in self.columns.features:
            if isinstance(feature, NumericFeature):
                place = self.columns.numeric.index(feature)
                row = np.array([float(self.scaling[each.name][place]) for each in fields(Scaling)])
                row[LOWEST] = min(row[LOWEST], seen[feature.name][LOWEST])
                row[HIGHEST] = max(row[HIGHEST], seen[feature.name][HIGHEST])
                scalings[feature.name] = row
                update = {"minimum": float(row[LOWEST]), "maximum": float(row[HIGHEST])}
                features.append(feature.model_copy(update=update))
            else:
                features.append(feature)
        return self.columns.model_copy(update={"features": tuple(features)}), scalings

    def continued(self, config: TrainingConfig) -> TrainingConfig:
        """The settings of the version, with what may be told anew. TrainingRefused for what may not."""
        settings = {name: value for name, value in self.manifest.training.settings.items() if name in kept()}
        told = config.model_dump(exclude_unset=True, mode="json")
        for name, value in told.items():
            if name not in FREE and name in settings and settings[name] != value:
                raise TrainingRefused(
                    f"{name} is {settings[name]!r} in {config.warm_start}, where this training starts from, and cannot be "
                    f"{value!r}; leave it out, or train anew without --from"
                )
        slower = {} if "learning_rate" in told else {"learning_rate": config.learning_rate * SLOWER}
        network = {"widths": settings.pop("hidden", None), "name": config.name or self.manifest.model}
        return TrainingConfig.model_validate_json(json.dumps({**settings, **network, **told, **slower}))


def kept() -> set[str]:
    """Settings that a new version takes from the one it starts from; the chosen layers stand under `hidden`."""
    return {*TrainingConfig.model_fields, "hidden"} - FREE


def earlier(repository: Repository, config: TrainingConfig) -> Earlier:
    """The version that `--from` names. NotFound, or TrainingRefused when it holds no weights."""
    layered = Repository(repository.root, below=shipped())
    reference = layered.find(config.warm_start or "")
    bundle = layered.open(reference)
    data = read_extra(reference.folder, bundle.manifest, WEIGHTS)
    if data is None:
        raise TrainingRefused(f"{config.warm_start} holds no weights to start from; train anew without --from")
    try:
        tensors = load(data)
    except SafetensorError as error:
        raise TrainingRefused(f"the weights of {config.warm_start} cannot be read: {error}") from None
    return Earlier(reference, bundle.manifest, _under(NETWORK, tensors), _under(SCALING, tensors))


def written(network: nn.Module, scaling: Mapping[str, Tensor]) -> bytes:
    """Weights and scaling, for a training that starts from here. No pickle: names, shapes and numbers."""
    tensors = {NETWORK + name: each for name, each in network.state_dict().items()}
    tensors |= {SCALING + name: each for name, each in scaling.items()}
    return save({name: each.contiguous().clone() for name, each in tensors.items()})


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): each for name, each in tensors.items() if name.startswith(prefix)}
