"""Outputs: what a model says of records, as tensors by their names. OUTPUTS holds them all. Knows no JSON and no bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.explanation import shares
from models.judgement import Judgement
from models.manifest import Manifest
from models.scorer import VECTORS
from service.oip.datatypes import BOOL, BYTES, FP32, FP64, UINT8, Shape
from service.oip.heads import Named, refuse
from service.payloads import IS_ANOMALY

Cells = Sequence[Any] | NDArray[Any]
Signature = tuple[str, Shape]


@dataclass(frozen=True, slots=True)
class Output:
    """A tensor of a reply.

    `cells`: its elements, one a record or an array (records, …), None and NaN where a record is unknown; of a Judgement, or
    of a Single where no matrix is needed. `signature`: of a model's, the datatype and the shape but for the records.
    `graph`: the matrix it is made of. `judges`: whether it tells a verdict, or what one is made of.
    """

    cells: Callable[[Any], Cells]
    signature: Callable[[Manifest], Signature] = lambda _: (FP64, ())
    graph: tuple[str, ...] = ()
    judges: bool = True


def wanted(asked: Mapping[str, bool], *, binary: bool) -> Mapping[str, bool]:
    """The outputs of a reply, each with whether it is binary; all of them where none is asked for.

    TableMismatch for one that there is not.
    """
    for name in asked:
        if name not in OUTPUTS:
            refuse(Named("output", name), f"there is: {', '.join(OUTPUTS)}")
    return asked or dict.fromkeys(OUTPUTS, binary)


def tells_verdict(names: Iterable[str]) -> bool:
    """Whether any of these tells a verdict, or what one is made of."""
    return any(OUTPUTS[name].judges for name in names)


def needed(names: Iterable[str]) -> tuple[str, ...]:
    """What the graph must be asked for to make these outputs."""
    return (*VECTORS, *(matrix for name in names for matrix in OUTPUTS[name].graph))


def _latent(manifest: Manifest) -> Signature:
    return FP32, (manifest.latent_size,)  # the network computes in float32; more digits would be noise


def _expected(manifest: Manifest) -> Signature:
    images = manifest.columns.images
    return (UINT8, images[0].shape) if images else (FP64, (len(manifest.columns.names),))


def _shares(manifest: Manifest) -> Signature:
    images = manifest.columns.images
    return FP32, (images[0].height, images[0].width) if images else (len(manifest.columns.names),)


def _of_known(judgement: Judgement, values: NDArray[Any]) -> NDArray[Any]:
    """(records, …) with NaN where a record is unknown; pixels have none."""
    if judgement.known.all() or values.dtype == np.uint8:
        return values
    known = judgement.known.reshape(-1, *[1] * (values.ndim - 1))
    return np.where(known, values, np.nan)


def _shared(judgement: Judgement) -> NDArray[Any]:
    attribution = judgement.scores.attribution
    parts = shares(attribution.reshape(len(attribution), -1)).astype(np.float32)
    return _of_known(judgement, parts.reshape(attribution.shape))


OUTPUTS: dict[str, Output] = {
    "verdict": Output(lambda judgement: judgement.verdicts, lambda _: (BYTES, ())),
    "is_anomaly": Output(
        lambda judgement: [IS_ANOMALY[verdict] for verdict in judgement.verdicts], lambda _: (BOOL, ())
    ),
    "anomaly_score": Output(lambda judgement: judgement.anomaly_score),
    "score": Output(lambda judgement: judgement.score),
    "reconstruction_error": Output(lambda judgement: judgement.reconstruction_error, judges=False),
    "latent_distance": Output(lambda judgement: judgement.latent_distance, judges=False),
    "p_value": Output(lambda judgement: judgement.p_value),
    "severity": Output(lambda judgement: judgement.severity),
    "latent": Output(
        lambda judgement: judgement.latent.astype(np.float32), _latent, graph=("latent",), judges=False
    ),
    "expected": Output(
        lambda judgement: _of_known(judgement, judgement.scores.expected),
        _expected,
        graph=("expected",),
        judges=False,
    ),
    "shares": Output(_shared, _shares, graph=("attribution",), judges=False),
}
