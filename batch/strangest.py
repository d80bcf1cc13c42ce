"""A small table of the strangest records, for a person at a terminal."""

from __future__ import annotations

import numpy as np
from rich.console import Console
from rich.table import Table

from models.judgement import Judgement

SHOWN = 5


def print_strangest(console: Console, judged: Judgement) -> None:
    """Row, anomaly score, cause, actual and expected value of the records with the highest scores."""
    table = Table(title="strangest records", title_justify="left")
    for name in ("row", "anomaly score", "cause", "actual", "expected"):
        table.add_column(name, justify="left" if name == "cause" else "right")
    ranked = np.argsort(-np.nan_to_num(judged.anomaly_score, nan=-1.0), kind="stable")[:SHOWN]
    for row in map(int, ranked):
        for cause in judged.contributions(row, 1):
            values = (_short(cause.actual), _short(cause.expected))
            table.add_row(str(row + 1), f"{judged.anomaly_score[row]:.3g}", cause.feature, *values)
    console.print(table)


def _short(value: float | str | None) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
