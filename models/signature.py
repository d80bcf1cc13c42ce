"""Signature: what a version's graphs take and give, by its manifest. Knows no session."""

from __future__ import annotations

import math
from collections.abc import Iterable

from models.features import FeatureSchema
from models.manifest import Manifest
from models.sampler import width

Signature = set[tuple[str, str, tuple[int, ...]]]  # of every input: name, type, shape but for the samples


def signature(manifest: Manifest) -> Signature:
    """Name, type and shape, but for the samples, of every input."""
    length = (manifest.window.length,) if manifest.window else ()
    image: Signature = {("image", "tensor(uint8)", each.shape) for each in manifest.columns.images}
    return image | _features(manifest.columns, length)


def sampler_signature(manifest: Manifest) -> Signature:
    """Chance, and beside it a record where conditions are given."""
    chance: Signature = {
        ("latent", "tensor(float)", (manifest.latent_size,)),
        ("noise", "tensor(float)", (width(manifest.columns),)),
    }
    return chance | _features(manifest.columns, ()) if manifest.columns.conditions else chance


def _features(columns: FeatureSchema, length: tuple[int, ...]) -> Signature:
    numeric = ("numeric", "tensor(double)", (*length, len(columns.numeric)))
    categorical = ("categorical", "tensor(int64)", (*length, len(columns.categorical)))
    return {each for each in (numeric, categorical) if each[-1][-1]}


def values(manifest: Manifest) -> int:
    """Input values of one sample."""
    return sum(math.prod(shape) for _, _, shape in signature(manifest))


def axes(manifest: Manifest, outputs: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """The shape, but for the samples, of these outputs."""
    features: tuple[int, ...] = (len(manifest.columns.names),)
    found = {"latent": (manifest.latent_size,), "expected": features, "attribution": features}
    for image in manifest.columns.images:
        found["attribution"] = (image.height, image.width)
        found["expected"] = image.shape
    return {name: found.get(name, ()) for name in outputs}
