"""The rows that were set aside as likely anomalies, as a file to look through. Knows no repository."""

from __future__ import annotations

import csv
from pathlib import Path

from models.table import Table
from training.results import Suspects

OWN = ("record", "suspicion")


def write_suspects(suspects: Suspects, table: Table, path: Path) -> Path:
    """CSV, the most suspicious first: `record` (from 1, as it was read), `suspicion`, and the record as it came."""
    columns = [table.columns[name].cells for name in table.columns]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*OWN, *table.columns])
        for row, score in zip(suspects.rows.tolist(), suspects.scores.tolist(), strict=True):
            writer.writerow([row + 1, round(score, 3), *(cells[row] for cells in columns)])
    return path
