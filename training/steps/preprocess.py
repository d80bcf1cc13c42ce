"""Learn the scaling and the categories from the training rows, and encode every part with them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import skew

from models.encoding import encode
from models.features import CategoricalFeature, Feature, FeatureSchema, NumericFeature
from models.table import Table
from training.config import TrainingConfig
from training.errors import TrainingRefused
from training.preprocessing import LIMIT, MOST_EXPONENT, Preprocessing, Scaling
from training.results import Parts, Prepared, Roles

Vector = NDArray[np.float64]
FILLS = 0.5  # a column spans [0, 1] when it covers this much of it
SKEWED = 2.0  # an exponential distribution has 2
LONG = 10.0  # a tail is long when it reaches this many times the median size
FARTHEST = 1e300
LARGEST = 1e100  # cubes of it still fit a float64, and a tail is judged by cubes
CONSTANT_SCALE = 0.01  # how far a constant column must move, relative to its value, to count as one unit


def preprocess(table: Table, roles: Roles, parts: Parts, config: TrainingConfig) -> Prepared:
    """Schema, scaling and encoded parts. Only training rows decide; the others are encoded with what those taught."""
    numbers = {name: table.columns[name].numbers().values[parts.train] for name in roles.numeric}
    loss = _chosen_loss(config.loss, numbers)
    features = {name: _numeric(name, values, loss, config.scaling) for name, values in numbers.items()}
    categories = {name: _categorical(table, name, parts) for name in roles.categorical}
    described: dict[str, Feature] = {
        **{name: feature for name, (feature, _) in features.items()},
        **categories,
    }
    columns = FeatureSchema(
        features=tuple(described[name] for name in table.columns if name in described),
        passthrough=roles.passthrough,
    )
    scaling = _stacked([features[feature.name][1] for feature in columns.numeric], columns)
    encoded = encode(table, columns)
    return Prepared(
        columns=columns,
        preprocessing=Preprocessing(scaling, [len(feature.categories) for feature in columns.categorical]),
        loss=loss,
        train=encoded.take(parts.train),
        validation=encoded.take(parts.validation),
        calibration=encoded.take(parts.calibration),
        test=encoded.take(parts.test),
        anomalies=encoded.take(parts.anomalies),
    )


def _chosen_loss(asked: str, numbers: dict[str, Vector]) -> str:
    spans = [
        (np.nanmin(values), np.nanmax(values)) for values in numbers.values() if np.isfinite(values).any()
    ]
    inside = all(low >= 0 and high <= 1 for low, high in spans)
    if asked == "bce" and not inside:
        raise TrainingRefused("loss bce needs numbers between 0 and 1; use mse, or scale the columns first")
    filled = bool(spans) and inside and all(high - low >= FILLS for low, high in spans)
    return asked if asked != "auto" else "bce" if filled else "mse"


def _numeric(name: str, values: Vector, loss: str, scaling: str) -> tuple[NumericFeature, Vector]:
    """The feature and its column of Scaling: unit, center, scale, typical, lowest and highest seen, active."""
    known = values[np.isfinite(values)]
    if not len(known):
        raise TrainingRefused(
            f"column {name!r} has no value in the training rows; leave it out with --passthrough {name}"
        )
    if np.abs(known).max() > LARGEST:
        raise TrainingRefused(
            f"column {name!r} reaches {np.abs(known).max():.3g}, more than {LARGEST:g}; give it in a larger unit, "
            f"or leave it out with --passthrough {name}"
        )
    low, high, typical = float(known.min()), float(known.max()), float(np.median(known))
    active = high - low > 1e-9 * max(abs(low), abs(high))
    unit = _unit(known, scaling) if active and loss != "bce" else 0.0
    curved = np.sign(known) * np.log1p(np.abs(known) / unit) if unit else known
    center, scale = (0.0, 1.0) if loss == "bce" else (float(curved.mean()), float(curved.std()))
    if not active:
        center, scale = typical, max(abs(typical) * CONSTANT_SCALE, 1e-6) if typical else 1.0
    lowest, highest = (_uncurved(center + side * LIMIT * scale, unit) for side in (-1, 1))
    feature = NumericFeature(
        name=name, typical=typical, minimum=low, maximum=high, lowest=lowest, highest=highest
    )
    return feature, np.array([unit, center, scale, typical, low, high, float(active)])


def _unit(known: Vector, scaling: str) -> float:
    """Where the logarithm of a long-tailed column begins: the median of its sizes. 0 for a column that stays linear.

    Only sizes that start at zero have a logarithm that means something; a column that was centred before has none.
    """
    sizes = np.abs(known[known != 0])
    if scaling == "linear" or not len(sizes):
        return 0.0
    unit = float(np.median(sizes))
    long_tailed = known.min() >= 0 and sizes.max() > LONG * unit and skew(known) > SKEWED
    return unit if scaling == "log" or long_tailed else 0.0


def _uncurved(value: float, unit: float) -> float:
    """A transformed value in the feature's own units, as far as float64 reaches."""
    if not unit:
        return value
    size = float(np.expm1(min(abs(value), MOST_EXPONENT))) * unit
    return float(np.copysign(min(size, FARTHEST), value))


def _categorical(table: Table, name: str, parts: Parts) -> CategoricalFeature:
    """Categories of the training rows, the most frequent first, ties by name."""
    values = table.columns[name].categories().values
    seen = Counter(value for row in parts.train if (value := values[row]) is not None)
    if not seen:
        raise TrainingRefused(
            f"column {name!r} has no value in the training rows; leave it out with --passthrough {name}"
        )
    ranked = sorted(seen, key=lambda value: (-seen[value], value))
    return CategoricalFeature(name=name, typical=ranked[0], categories=tuple(ranked))


def _stacked(rows: list[Vector], columns: FeatureSchema) -> Scaling:
    stacked = np.array(rows, dtype=np.float64).reshape(len(columns.numeric), 7).T
    return Scaling(*map(torch.from_numpy, np.ascontiguousarray(stacked)))
