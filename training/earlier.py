"""Earlier: the version that a training starts from. What it was is kept; only data, seed and the way of fitting are new."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from models.bundle import WEIGHTS, read_extra
from models.features import Feature, FeatureSchema, NumericFeature
from models.manifest import Manifest
from models.repository import Reference, Repository, shipped
from models.table import Table
from models.windows import IRREGULAR, Window
from training.config import TrainingConfig
from training.errors import TrainingRefused
from training.scaling import Scaling

NETWORK, SCALING, VIEW = "network.", "scaling.", "view."
SLOWER = 0.1  # of the usual rate: a network that is nearly right needs small steps
# What each training is told for itself; and what may be told anew, but is else as it was. All other settings stay.
OWN = {
    "data", "name", "repository", "promote", "seed", "separator", "warm_start", "epochs", "learning_rate", "threads",
    "budget", "suspects",
}  # fmt: skip
ANEW = {
    "label", "passthrough", "timestamp", "stride", "noise", "mask", "penalty", "patience", "batch_size",
    "validation", "calibration", "test", "blocks", "gap", "quantile", "fpr", "robust", "preset", "private",
}  # fmt: skip
RULES = {"quantile", "fpr", "robust"}  # for the threshold, of which there is one
Settings = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Earlier:
    """A published version, as far as a new one can start from it."""

    reference: Reference
    manifest: Manifest
    weights: Mapping[str, Tensor]
    scaling: Mapping[str, Tensor]
    views: Mapping[str, Tensor]

    @property
    def name(self) -> str:
        """`host@3`."""
        return f"{self.reference.model}@{self.reference.version}"

    @property
    def columns(self) -> FeatureSchema:
        """The features, categories included."""
        return self.manifest.columns

    def continued(self, config: TrainingConfig, table: Table) -> TrainingConfig:
        """The settings of the version, with what was told anew.

        TrainingRefused for a setting or a column that contradicts it, TableMismatch when the table lacks a feature.
        """
        told, settings = _told(config), self._settings(table)
        self._check_settings(told, settings)
        if told.keys() & RULES:
            settings = {name: value for name, value in settings.items() if name not in RULES}
        own = {
            "name": config.name or self.manifest.model,
            "warm_start": self.name,
            "learning_rate": self._rate(config),
            "passthrough": list(dict.fromkeys([*settings["passthrough"], *config.passthrough])),
        }
        try:
            found = TrainingConfig.model_validate_json(json.dumps({**settings, **told, **own}))
        except ValidationError as error:
            why = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
            raise TrainingRefused(f"{self.name} cannot be continued like this: {why}") from None
        self._check_columns(found, table)
        return found

    def widened(self, numeric: NDArray[np.float64], loss: str) -> tuple[FeatureSchema, Scaling]:
        """Columns and scaling as they were, but for the trained ranges, which reach as far as these rows do.

        `numeric`: (rows, numeric features) in their own units, NaN where missing. TrainingRefused for numbers that
        cross entropy cannot be taken of.
        """
        scaling = {field.name: self.scaling[field.name].clone() for field in fields(Scaling)}
        wider: dict[str, NumericFeature] = {}
        for place, feature in enumerate(self.columns.numeric):
            known = numeric[np.isfinite(numeric[:, place]), place]
            low = max(float(known.min(initial=feature.minimum)), feature.lowest)
            high = min(float(known.max(initial=feature.maximum)), feature.highest)
            if loss == "bce" and not 0 <= low <= high <= 1:
                raise TrainingRefused(
                    f"column {feature.name!r} reaches from {low:g} to {high:g}, but {self.name} is for numbers between "
                    "0 and 1 (loss bce); train anew without --from"
                )
            scaling["lowest_seen"][place], scaling["highest_seen"][place] = low, high
            wider[feature.name] = feature.model_copy(update={"minimum": low, "maximum": high})
        features: tuple[Feature, ...] = tuple(wider.get(each.name, each) for each in self.columns.features)
        return self.columns.model_copy(update={"features": features}), Scaling(**scaling)

    def paced(self, window: Window | None) -> Window | None:
        """A window over the new data, with the version's own period. TrainingRefused for readings at another pace."""
        before = self.manifest.window
        if window is None or before is None:
            return window
        old, new = before.period, window.period
        if old and new and abs(new - old) > IRREGULAR * old:
            raise TrainingRefused(
                f"the readings are {new:g} s apart, those of {self.name} were {old:g} s; "
                "bring readings at its pace, or train anew without --from"
            )
        return before.model_copy(update={"stride": window.stride})

    def _settings(self, table: Table) -> Settings:
        """What was decided before, as settings; those that name a column only for their convenience need not find it."""
        every: Settings = dict(self.manifest.training.settings)
        every["widths"] = every.get("hidden") or every.get("widths", [])
        settings = {name: every[name] for name in TrainingConfig.model_fields if name in every.keys() - OWN}
        settings["head"] = self.manifest.head
        if self.manifest.window:
            settings.setdefault("view", "readings")  # as it was before there were levels
        if self.manifest.window and self.manifest.window.timestamp:
            settings["timestamp"] = self.manifest.window.timestamp
        if settings.get("label") not in table.columns:
            settings.pop("label", None)
        settings["passthrough"] = [name for name in settings.get("passthrough", ()) if name in table.columns]
        return settings

    def _check_settings(self, told: Settings, settings: Settings) -> None:
        decided = {"timestamp"} if self.manifest.window else {"stride"}
        for name in told.keys() - OWN - (ANEW - decided):
            before = settings.get(name, TrainingConfig.model_fields[name].default)
            if told[name] != before:
                flag = f"--{name.replace('_', '-')}"
                raise TrainingRefused(
                    f"{flag} cannot be {_shown(told[name])}: it is {_shown(before)} in {self.name}, where this training "
                    f"starts; leave {flag} out, or train anew without --from"
                )

    def _check_columns(self, config: TrainingConfig, table: Table) -> None:
        self.columns.check(table, ignore_unknown=True)
        for name in config.passthrough:
            if name in self.columns.inputs:
                raise TrainingRefused(
                    f"column {name!r} is a feature of {self.name}; leave it out of --passthrough, "
                    "or train anew without --from"
                )
        roles = (config.series, config.label, config.timestamp)
        known = {*self.columns.inputs, *self.columns.passthrough, *config.passthrough, *roles}
        for name in table.columns:
            if name not in known:
                raise TrainingRefused(
                    f"{self.name} knows no column {name!r}; carry it along with --passthrough {name}, "
                    "or train anew without --from"
                )

    def _rate(self, config: TrainingConfig) -> float:
        """As told; else a tenth of that of the training from nothing, however often it was continued."""
        if "learning_rate" in config.model_fields_set:
            return config.learning_rate
        settings = self.manifest.training.settings
        rate = float(str(settings.get("learning_rate", config.learning_rate)))
        return rate if "warm_start" in settings else rate * SLOWER


def earlier(repository: Repository, config: TrainingConfig) -> Earlier:
    """The version that `--from` names. NotFound, or TrainingRefused when it holds no weights."""
    layered = Repository(repository.root, below=shipped())
    reference = layered.find(config.warm_start or "")
    manifest = layered.open(reference).manifest
    data = read_extra(reference.folder, manifest, WEIGHTS)
    name = f"{reference.model}@{reference.version}"
    if data is None:
        raise TrainingRefused(f"{name} holds no weights to start from; train anew without --from")
    try:
        tensors = load(data)
    except SafetensorError as error:
        raise TrainingRefused(f"the weights of {name} cannot be read: {error}") from None
    scaling = _under(SCALING, tensors)
    if "unit" in scaling and "bends" not in scaling:  # nothing was bent before there was a bend
        scaling["bends"] = torch.zeros_like(scaling["unit"])
    if not manifest.columns.images and _without(VIEW, scaling).keys() != {
        field.name for field in fields(Scaling)
    }:
        raise TrainingRefused(f"the weights of {name} come without their scaling; train anew without --from")
    views = _under(VIEW, scaling)
    return Earlier(reference, manifest, _under(NETWORK, tensors), _without(VIEW, scaling), views)


def written(network: nn.Module, scaling: Mapping[str, Tensor]) -> bytes:
    """Weights and scaling, for a training that starts from here. No pickle: names, shapes and numbers."""
    tensors = {NETWORK + name: each for name, each in network.state_dict().items()}
    tensors |= {SCALING + name: each for name, each in scaling.items()}
    return save({name: each.contiguous().clone() for name, each in tensors.items()})


def _told(config: TrainingConfig) -> Settings:
    """What somebody said; `auto` and an empty list say nothing."""
    told = config.model_dump(exclude_unset=True, exclude_none=True, mode="json")
    return {name: value for name, value in told.items() if value not in ("auto", [])}


def _shown(value: object) -> str:
    return ",".join(map(str, value)) or "none" if isinstance(value, list | tuple) else str(value).lower()


def _without(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: each for name, each in tensors.items() if not name.startswith(prefix)}


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): each for name, each in tensors.items() if name.startswith(prefix)}
