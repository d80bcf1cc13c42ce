"""The strangest records that nothing was learned from, each with what made it so."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from models.formats.folder import FILE
from models.judgement import Contribution
from models.pictures import as_text, encode_png
from training.report.facts import PARTS, Cause, Strange
from training.report.gather.looked import Looked

MOST, MOST_PICTURES, TOP = 10, 6, 5
APART = 0.01  # of all rows: one event is shown by its strangest record, not by its neighbours


def strangest(looked: Looked) -> tuple[Strange, ...]:
    """Highest score first. Of records with times at most one of each event."""
    score = np.where(looked.judged.known, looked.judged.score, -np.inf)
    fresh = looked.part != PARTS.index("training")
    candidates = np.where(fresh, score, -np.inf) if fresh.any() else score
    most = MOST_PICTURES if looked.judged.columns.images else MOST
    return tuple(
        _told(looked, row)
        for row in _apart(looked, np.argsort(-candidates, kind="stable"), candidates)[:most]
    )


def _apart(looked: Looked, ranked: NDArray[np.int64], candidates: NDArray[np.float64]) -> list[int]:
    distance = 0 if looked.seconds is None else APART * len(looked.rows)
    place = np.argsort(looked.in_time)
    chosen: list[int] = []
    for row in ranked.tolist():
        if not np.isfinite(candidates[row]) or len(chosen) == MOST:
            break
        if all(abs(place[row] - place[other]) > distance for other in chosen):
            chosen.append(row)
    return chosen


def _told(looked: Looked, row: int) -> Strange:
    judged = looked.judged
    return Strange(
        row=int(looked.rows[row]),
        when=_when(looked, row),
        part=PARTS[looked.part[row]],
        known=None if looked.known is None else bool(looked.known[row]),
        score=float(judged.score[row]),
        anomaly_score=float(judged.anomaly_score[row]),
        p_value=float(judged.p_value[row]),
        causes=tuple(map(_cause, judged.contributions(row, TOP))),
        pictures=_pictures(looked, row),
    )


def _cause(found: Contribution) -> Cause:
    return Cause(
        feature=found.feature,
        actual=found.actual,
        expected=found.expected,
        share=found.share,
        direction=found.direction,
    )


def _when(looked: Looked, row: int) -> str | None:
    """A time, or the name of a picture's file."""
    if looked.seconds is not None:
        return datetime.fromtimestamp(float(looked.seconds[row]), UTC).isoformat(sep=" ", timespec="seconds")
    if looked.judged.columns.images and FILE in looked.table.columns:
        return str(looked.table.columns[FILE].cells[row])
    return None


def _pictures(looked: Looked, row: int) -> tuple[str, ...]:
    """As it was, as the model would have it, and where it is strange."""
    image = looked.judged.encoded.image
    if image is None:
        return ()
    rebuilt = looked.judged.scores.expected[row]
    strange = looked.judged.error_map(row) or ""
    return as_text(encode_png(image[row])), as_text(encode_png(rebuilt)), strange
