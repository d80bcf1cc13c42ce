"""A small table of the strangest records, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.table import Table

from models.judgement import Judgement

SHOWN = 5


def print_strangest(console: Console, judged: Judgement, files: Sequence[str] | None = None) -> None:
    """Row, anomaly score, cause, actual and expected value of the records with the highest scores.

    `files`: what to call the records of a folder, which has no rows.
    """
    table = Table(title="strangest records", title_justify="left")
    for name in ("row" if files is None else "file", "anomaly score", "cause", "actual", "expected"):
        table.add_column(name, justify="left" if name in {"cause", "file"} else "right")
    ranked = np.argsort(-np.nan_to_num(judged.anomaly_score, nan=-1.0), kind="stable")[:SHOWN]
    for row in map(int, ranked):
        for cause in judged.contributions(row, 1):
            values = (_short(cause.actual), _short(cause.expected))
            called = str(judged.places[row] + 1) if files is None else files[row]
            table.add_row(called, f"{judged.anomaly_score[row]:.3g}", cause.feature, *values)
    console.print(table)


def _short(value: float | str | None) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
