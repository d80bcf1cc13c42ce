"""Pictures: a tensor of pixels as the records of a model of images. Knows neither JSON nor bytes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.encoding import Encoded
from models.errors import TooLarge
from models.features import FeatureSchema, ImageFeature
from service.oip.datatypes import UINT8
from service.oip.heads import named, refuse
from service.oip.tensors import Tensor
from service.verbs import MOST_PIXELS


def read_pictures(tensors: Sequence[Tensor], columns: FeatureSchema) -> Encoded:
    """Records of one picture each; beside it only passthrough columns may come.

    TableMismatch names the tensor that is not one, TooLarge for too many pixels.
    """
    feature, known = columns.images[0], {*columns.inputs, *columns.passthrough}
    found: dict[str, Tensor] = {}
    for tensor in tensors:
        name = tensor.head.name
        if name not in known:
            beside = ", ".join(columns.passthrough) or "nothing"
            tensor.head.refuse(f"the model takes {named(feature.name)}, and beside it {beside}")
        if name in found:
            tensor.head.refuse("is there more than once")
        found[name] = tensor
    if feature.name not in found:
        refuse(named(feature.name), "is not there")
    return _encoded(found[feature.name], feature)


def _encoded(tensor: Tensor, feature: ImageFeature) -> Encoded:
    head = tensor.head
    rows = head.shape[0]
    if (head.datatype, head.shape[1:]) != (UINT8, feature.shape):
        head.refuse(
            f"{head.datatype} of shape {[*head.shape]}, but the model takes {UINT8} of shape {[-1, *feature.shape]}"
        )
    if rows > max(1, MOST_PIXELS // (feature.height * feature.width)):
        raise TooLarge(
            f"{rows:,} pictures of {feature.width} x {feature.height} pixels are too many for one call, "
            f"which may hold {MOST_PIXELS:,} pixels"
        )
    if isinstance(tensor.cells, list) and None in tensor.cells:
        head.refuse("null is no pixel")
    return Encoded(
        numeric=np.empty((rows, 0)),
        categorical=np.empty((rows, 0), np.int64),
        missing=np.zeros((rows, 1), np.bool_),
        not_finite=np.zeros((rows, 1), np.bool_),
        texts=(),
        image=np.asarray(tensor.cells, np.uint8).reshape(head.shape),
    )
