"""Learn the scaling and the categories from the training rows, and encode every part with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, fields

import numpy as np
import torch
from numpy.typing import NDArray

from models.encoding import calendar, encode
from models.features import (
    CategoricalFeature,
    Derived,
    Feature,
    FeatureSchema,
    ImageFeature,
    NumericFeature,
    derived_name,
)
from models.table import Table
from training.decided import Decided
from training.earlier import VIEW, Earlier
from training.errors import TrainingRefused
from training.levelled import LevelledPreprocessing
from training.measured import How, measured
from training.pixels import WHITE, Pixels
from training.preprocessing import Preprocessing
from training.results import Parts, Prepared, Roles
from training.samples import samples_of, size_of, window_for
from training.scaling import Scaling

Vector = NDArray[np.float64]
FILLS = 0.5  # a column spans [0, 1] when it covers this much of it
FOCUS = 0.25  # of a window: the verdict is on its end, and alarms should stop when a fault does
LOOKED_AT = 1000  # images that give the channels' scale


def preprocess(
    table: Table, roles: Roles, parts: Parts, config: Decided, before: Earlier | None = None
) -> Prepared:
    """Schema, scaling and the samples of every part. Only training rows decide; the others are encoded with what those taught.

    `before` is the version to start from: its scaling and categories stay, its trained ranges widen.
    """
    if roles.images:
        return _images(table, roles, parts, config, before)
    if before is None:
        columns, scaling, loss = _learned(table, roles, parts, config)
    else:
        columns, scaling, loss = _continued(table, parts, config, before)
    preprocessing = _preprocessing(scaling, columns, config)
    window = window_for(table, roles, parts, config)
    if before is not None:
        window = before.paced(window)
    samples = samples_of(encode(table, columns), table, window, parts)
    kept = asdict(scaling)
    if isinstance(preprocessing, LevelledPreprocessing):
        windows = preprocessing.arguments(samples.parts["train"].inputs)
        preprocessing.meet(windows, {} if before is None else before.views)
        kept |= {VIEW + name: each for name, each in preprocessing.met().items()}
    return Prepared(columns, window, preprocessing, kept, loss, samples.without_window, None, **samples.parts)


def _preprocessing(scaling: Scaling, columns: FeatureSchema, config: Decided) -> Preprocessing:
    categories = [len(feature.categories) for feature in columns.categorical]
    if config.window and config.view == "levels":
        return LevelledPreprocessing(scaling, categories, length=config.window, drifting=config.drift == "on")
    return Preprocessing(
        scaling,
        categories,
        conditions=columns.condition_places,
        length=config.window,
        focus=config.focus or max(1, round(FOCUS * (config.window or 0))),
    )


def _learned(table: Table, roles: Roles, parts: Parts, config: Decided) -> tuple[FeatureSchema, Scaling, str]:
    """Columns, scaling and loss from the training rows."""
    numbers = {name: table.columns[name].numbers().values[parts.train] for name in roles.numeric}
    loss = "mse" if config.view == "levels" else _chosen_loss(config.loss, numbers)
    timed = roles.order is not None or config.window is not None
    how = How(loss, config.scaling, timed=timed, rough=config.contamination is not None)
    features = {name: measured(name, values, how) for name, values in numbers.items()}
    columns = _schema(table, roles, parts, {name: feature for name, (feature, _) in features.items()})
    return columns, _stacked([features[feature.name][1] for feature in columns.numeric], columns), loss


def _continued(
    table: Table, parts: Parts, config: Decided, before: Earlier
) -> tuple[FeatureSchema, Scaling, str]:
    """Those of the version before, their ranges widened; what else the table has is carried along."""
    numeric = encode(table, before.columns).numeric[parts.train]
    columns, scaling = before.widened(numeric, config.loss)
    carried = dict.fromkeys(
        [*columns.passthrough, *(name for name in table.columns if name not in columns.names)]
    )
    return columns.model_copy(update={"passthrough": tuple(carried)}), scaling, config.loss


def _schema(table: Table, roles: Roles, parts: Parts, numeric: Mapping[str, NumericFeature]) -> FeatureSchema:
    """Features in the order of their columns, then those made from times."""
    described: dict[str, Feature] = {
        **numeric,
        **{name: _categorical(table, name, parts) for name in roles.categorical},
    }
    derived = [_derived(table, each, parts) for each in roles.derived]
    return FeatureSchema(
        features=(*(described[name] for name in table.columns if name in described), *derived),
        passthrough=roles.passthrough,
        conditions=roles.conditions,
    )


def _images(table: Table, roles: Roles, parts: Parts, config: Decided, before: Earlier | None) -> Prepared:
    """The same for images: one size, and a center and scale for each channel."""
    name = roles.images[0]
    feature = (
        before.columns.images[0]
        if before
        else ImageFeature.model_validate({"name": name, **size_of(table, name)})
    )
    columns = FeatureSchema(features=(feature,), passthrough=roles.passthrough)
    samples = samples_of(encode(table, columns), table, None, parts)
    loss = "mse" if config.loss == "auto" else config.loss
    scaling = dict(before.scaling) if before else _channels(samples.parts["train"].inputs["image"], loss)
    return Prepared(columns, None, Pixels(feature.shape, **scaling), scaling, loss, 0, None, **samples.parts)


def _channels(images: NDArray[np.uint8], loss: str) -> dict[str, torch.Tensor]:
    """Center and scale of each channel; cross entropy wants values as they are, in [0, 1]."""
    values = images[:LOOKED_AT] / WHITE
    center, scale = values.mean(axis=(0, 1, 2)), np.maximum(values.std(axis=(0, 1, 2)), 1 / WHITE)
    if loss == "bce":
        center, scale = np.zeros_like(center), np.ones_like(scale)
    return {"center": torch.from_numpy(center).float(), "scale": torch.from_numpy(scale).float()}


def _chosen_loss(asked: str, numbers: dict[str, Vector]) -> str:
    spans = [
        (np.nanmin(values), np.nanmax(values)) for values in numbers.values() if np.isfinite(values).any()
    ]
    inside = all(low >= 0 and high <= 1 for low, high in spans)
    if asked == "bce" and not inside:
        raise TrainingRefused("loss bce needs numbers between 0 and 1; use mse, or scale the columns first")
    filled = bool(spans) and inside and all(high - low >= FILLS for low, high in spans)
    return asked if asked != "auto" else "bce" if filled else "mse"


def _categorical(table: Table, name: str, parts: Parts) -> CategoricalFeature:
    """Categories of the training rows, the most frequent first, ties by name."""
    ranked = _ranked(name, table.columns[name].categories().values, parts)
    return CategoricalFeature(name=name, typical=ranked[0], categories=ranked)


def _derived(table: Table, derived: Derived, parts: Parts) -> CategoricalFeature:
    """The same of the hour or the weekday of a column of times."""
    name = derived_name(derived)
    ranked = _ranked(name, calendar(table.columns[derived.column], derived).values, parts)
    return CategoricalFeature(name=name, typical=ranked[0], categories=ranked, derived=derived)


def _ranked(name: str, values: list[str | None], parts: Parts) -> tuple[str, ...]:
    seen = Counter(value for row in parts.train if (value := values[row]) is not None)
    if not seen:
        raise TrainingRefused(
            f"column {name!r} has no value in the training rows; leave it out with --passthrough {name}"
        )
    return tuple(sorted(seen, key=lambda value: (-seen[value], value)))


def _stacked(rows: list[Vector], columns: FeatureSchema) -> Scaling:
    stacked = np.array(rows, dtype=np.float64).reshape(len(columns.numeric), len(fields(Scaling))).T
    return Scaling(*map(torch.from_numpy, np.ascontiguousarray(stacked)))
