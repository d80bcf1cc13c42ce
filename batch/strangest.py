"""A small table of the strangest records, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from models.judgement import Contribution, Judgement

SHOWN = 5


class Strange(NamedTuple):
    """A record among the strangest: its row in the input, its anomaly score, and what adds most to it, if anything."""

    row: int
    anomaly_score: float
    cause: Contribution | None


def strangest_of(judged: Judgement, first: int = 0) -> list[Strange]:
    """The strangest of some records, of which the first has this row in the input."""
    ranked = np.argsort(-np.nan_to_num(judged.anomaly_score, nan=-1.0), kind="stable")[:SHOWN]
    return [_strange(judged, row, first) for row in ranked.tolist()]


def strangest(some: Iterable[Strange]) -> list[Strange]:
    """The strangest of these."""
    return sorted(some, key=lambda each: -np.nan_to_num(each.anomaly_score, nan=-1.0))[:SHOWN]


def print_strangest(console: Console, found: Sequence[Strange], files: Sequence[str] | None = None) -> None:
    """Row, anomaly score, cause, actual and expected value of the records with the highest scores.

    `files`: what to call the records of a folder, which has no rows.
    """
    table = Table(title="strangest records", title_justify="left")
    for name in ("row" if files is None else "file", "anomaly score", "cause", "actual", "expected"):
        table.add_column(name, justify="left" if name in {"cause", "file"} else "right")
    for row, score, cause in found:
        if cause is not None:
            called = str(row + 1) if files is None else files[row]
            table.add_row(called, f"{score:.3g}", cause.feature, _short(cause.actual), _short(cause.expected))
    console.print(table)


def _strange(judged: Judgement, row: int, first: int) -> Strange:
    causes = judged.contributions(row, 1)
    return Strange(
        first + int(judged.places[row]), float(judged.anomaly_score[row]), causes[0] if causes else None
    )


def _short(value: float | str | None) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
