"""Views of a judgement as columns of a table: verdicts, embeddings, reconstructions. Knows no format and no file.

What is said here of a record is what a file and a reply that is a table hold. Numbers are float64, missing where there is
no verdict; the rest is text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.columns import Column, TypedColumn
from models.features import CategoricalFeature
from models.judgement import Judgement
from models.number_column import NumberColumn
from models.threshold import VERDICTS
from models.word_column import WordColumn

Columns = dict[str, Column]
Values = NDArray[Any]
NOTHING = np.array(None, dtype=object)


def verdicts(judged: Judgement) -> Columns:
    """One column for each part of a verdict; cause, actual and expected are those of the top contributor."""
    return {
        "verdict": WordColumn(judged.codes, VERDICTS),
        "anomaly_score": numbers(judged.anomaly_score),
        "score": numbers(judged.score),
        "reconstruction_error": numbers(judged.reconstruction_error),
        "latent_distance": numbers(judged.latent_distance),
        "p_value": numbers(judged.p_value),
        "severity": numbers(judged.severity),
        **_causes(judged),
        "imputed": _texts(judged, np.flatnonzero(judged.encoded.missing.any(axis=1)), judged.imputed),
        "warnings": _texts(judged, judged.warned, judged.warnings),
        "reason": TypedColumn(judged.reasons) if judged.unknown else WordColumn.of_one(None, judged.rows),
    }


def embeddings(judged: Judgement) -> Columns:
    """`latent_0`, `latent_1`, …; missing for a record without a verdict."""
    latent = judged.latent
    return {f"latent_{place}": numbers(latent[:, place]) for place in range(latent.shape[1])}


def actuals(judged: Judgement) -> Columns:
    """`actual_NAME` for every feature, as it was read. A picture is base64."""
    if judged.columns.images:
        (name,) = judged.columns.names
        read = judged.actual_of(slice(0, judged.rows))
        return {f"actual_{name}": TypedColumn([each[name] for each in read])}
    names = judged.columns.names
    return {f"actual_{name}": _column(_actual(judged, place)) for place, name in enumerate(names)}


def reconstructions(judged: Judgement) -> Columns:
    """`expected_NAME` for every feature, in its own units; missing for a record without a verdict. A picture is base64."""
    if judged.columns.images:
        (name,) = judged.columns.names
        known = judged.known.tolist()
        rebuilt = [judged.expected(row)[name] if there else None for row, there in enumerate(known)]
        return {f"expected_{name}": TypedColumn(rebuilt)}
    expected = [_expected(judged, place) for place in range(len(judged.columns.names))]
    every = judged.known
    return {
        f"expected_{name}": _column(np.where(every, values, NOTHING if values.dtype == object else np.nan))
        for name, values in zip(judged.columns.names, expected, strict=True)
    }


VIEWS: Mapping[str, Callable[[Judgement], Columns]] = {
    "score": verdicts,
    "embed": embeddings,
    "reconstruct": reconstructions,
}


def numbers(values: NDArray[np.float64]) -> NumberColumn:
    """What is not a finite number is missing: a verdict has no such value."""
    lost = ~np.isfinite(values)
    return NumberColumn(values, lost if lost.any() else None)


def _causes(judged: Judgement) -> Columns:
    """Of each record what adds most to its score, if anything does; no column where the graph was not asked."""
    if not judged.scores.attribution.shape[1]:
        return {}
    return _pictured_causes(judged) if judged.columns.images else _named_causes(judged)


def _named_causes(judged: Judgement) -> Columns:
    """Features, the first of several."""
    tops, highest = _tops(judged.scores.attribution)
    some = judged.known & (highest > 0)
    return {
        "cause": WordColumn(np.where(some, tops + 1, 0), (None, *judged.columns.names)),
        "actual": _column(_picked(judged, tops, some, _actual)),
        "expected": _column(_picked(judged, tops, some, _expected)),
    }


def _tops(attribution: Values) -> tuple[NDArray[np.int64], Values]:
    """(rows,) twice: the place of what adds most to each score, and how much; what is not finite adds nothing."""
    rows = np.arange(len(attribution))
    tops = attribution.argmax(axis=1)
    if not np.isfinite(attribution[rows, tops]).all():  # NaN and inf are found as the highest
        attribution = np.where(np.isfinite(attribution), attribution, 0)
        tops = attribution.argmax(axis=1)
    return tops, attribution[rows, tops]


def _picked(
    judged: Judgement,
    tops: NDArray[np.int64],
    some: NDArray[np.bool_],
    value: Callable[[Judgement, int], Values],
) -> Values:
    """Of each record the value of its top feature; numbers alone where all features are numbers."""
    if not judged.columns.categorical:
        whole = judged.encoded.numeric if value is _actual else judged.scores.expected
        return np.where(some, whole[np.arange(judged.rows), tops], np.nan)
    found = np.full(judged.rows, None, dtype=object)
    for place in np.unique(tops[some]).tolist():
        rows = some & (tops == place)
        found[rows] = value(judged, place)[rows]
    return found


def _actual(judged: Judgement, place: int) -> Values:
    """(rows,) of a feature: its numbers, or its texts as they came."""
    category = place - len(judged.columns.numeric)
    if category < 0:
        return judged.encoded.numeric[:, place]
    return np.array([*judged.encoded.texts[category], None], dtype=object)[:-1]


def _expected(judged: Judgement, place: int) -> Values:
    """(rows,) of a feature, as the model would have it: numbers, or categories."""
    expected = judged.scores.expected[:, place]
    category = place - len(judged.columns.numeric)
    return expected if category < 0 else _categories(expected, judged.columns.categorical[category])


def _categories(codes: NDArray[np.float64], feature: CategoricalFeature) -> Values:
    """The category of each code; None of a code that has none."""
    names = np.array([None, *feature.categories], dtype=object)
    there = (codes >= 1) & (codes < len(names))
    return np.asarray(names[np.where(there, codes, 0).astype(np.int64)])


def _column(values: Values) -> Column:
    """Numbers as numbers; of other values a number that is not finite is missing too."""
    if values.dtype != object:
        return numbers(values)
    return TypedColumn([None if cell != cell else cell for cell in values.tolist()])  # noqa: PLR0124  # NaN


def _pictured_causes(judged: Judgement) -> Columns:
    """The same of pictures, whose features are their regions."""
    tops = [each[0] if each else None for each in judged.contributions_of(slice(0, judged.rows), 1)]
    return {
        "cause": TypedColumn([top and top.feature for top in tops]),
        "actual": TypedColumn([top and top.actual for top in tops]),
        "expected": TypedColumn([top and top.expected for top in tops]),
    }


def _texts(judged: Judgement, rows: Any, said: Callable[[int], Sequence[str]]) -> WordColumn:  # noqa: ANN401
    """What is said of some of the records; nothing of the others."""
    return WordColumn.of_some({row: "; ".join(said(row)) for row in map(int, rows)}, judged.rows)
