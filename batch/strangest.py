"""A small table of the strangest records, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from batch.tally import Strange


def print_strangest(console: Console, found: Sequence[Strange]) -> None:
    """Row or file, anomaly score, cause, actual and expected value of the records with the highest scores."""
    files = any(each.file is not None for each in found)
    table = Table(title="strangest records", title_justify="left")
    for name in ("file" if files else "row", "anomaly score", "cause", "actual", "expected"):
        table.add_column(name, justify="left" if name in {"cause", "file"} else "right")
    for row, file, score, *told in found:
        table.add_row(str(row + 1) if file is None else file, f"{score:.3g}", *map(_short, told))
    console.print(table)


def _short(value: float | str | None) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else value
