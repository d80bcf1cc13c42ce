"""Why records cannot be judged: what they lack, or what came of them. Knows no verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from models.columns import shown
from models.encoding import UNSEEN, Encoded
from models.features import FeatureSchema

NAMED = 5  # features that a reason lists


def reasons(
    encoded: Encoded, score: NDArray[np.float64], columns: FeatureSchema, incomplete: Mapping[int, str]
) -> dict[int, str]:
    """The reason of every record that cannot be judged, by its row; most batches have none.

    score: (rows,). incomplete: why a record has no whole window.
    """
    found: dict[int, str] = {}
    finite = np.isfinite(score)
    if not finite.all():
        found |= dict.fromkeys(np.flatnonzero(~finite).tolist(), "the score is not a finite number")
    found |= incomplete
    if encoded.missing.any():
        found |= dict.fromkeys(_empty(encoded, columns), "no feature has a value")
    found |= dict(_without_condition(encoded, columns))
    if encoded.not_finite.any():
        found |= dict(_not_finite(encoded, columns))
    return found


def _empty(encoded: Encoded, columns: FeatureSchema) -> list[int]:
    judged = [place for place in range(len(columns.names)) if place not in columns.condition_places]
    rows: list[int] = np.flatnonzero(encoded.missing[:, judged].all(axis=1)).tolist()
    return rows


def _not_finite(encoded: Encoded, columns: FeatureSchema) -> Iterator[tuple[int, str]]:
    for row in np.flatnonzero(encoded.not_finite.any(axis=1)).tolist():
        names = [columns.names[place] for place in np.flatnonzero(encoded.not_finite[row])]
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        yield row, f"not a finite number: {', '.join(names[:NAMED])}{more}"


def _without_condition(encoded: Encoded, columns: FeatureSchema) -> Iterator[tuple[int, str]]:
    """Records of which nobody knows what is normal: a condition is missing, or was never seen."""
    numbers = len(columns.numeric)
    for place in columns.condition_places:
        name = columns.names[place]
        for row in np.flatnonzero(encoded.missing[:, place]):
            yield int(row), f"the condition {name} is missing, and what is normal depends on it"
        if place < numbers:
            continue
        for row in np.flatnonzero(encoded.categorical[:, place - numbers] == UNSEEN):
            value = shown(encoded.texts[place - numbers][row])
            yield int(row), f"the condition {name} is {value}, which was never seen in training"
