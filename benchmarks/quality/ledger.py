"""Ledger: every line of results on disk as soon as it is measured, so that hours of work survive an interruption."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from benchmarks.lines import write
from benchmarks.quality.results import Key, Result

NAMES = [field.name for field in fields(Result)]
EMPTY = ("flagged_normal", "flagged_anomalies", "promised")  # where nothing stands for None
LINE = TypeAdapter(Result)


class Ledger:
    """The lines of a CSV: with `resume` those that are there, too; else an earlier file steps aside, as NAME.before.csv."""

    def __init__(self, path: Path, *, resume: bool) -> None:
        self._path = path
        self._begun = resume and path.exists()
        self._lines: dict[Key, list[Result]] = {}
        for each in read(path) if self._begun else []:
            self._lines.setdefault(each.key, []).append(each)

    def lines(self, key: Key) -> list[Result]:
        """Those that were measured before; none where they were not."""
        return self._lines.get(key, [])

    def add(self, results: Sequence[Result]) -> None:
        """Write the lines of one detector at once."""
        if not self._begun:
            self._begin()
        with self._path.open("a", newline="") as file:
            csv.DictWriter(file, NAMES, lineterminator="\n").writerows(map(asdict, results))

    def _begin(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists():
            self._path.replace(self._path.with_suffix(".before.csv"))
        write(self._path, NAMES, [])
        self._begun = True


def read(path: Path) -> list[Result]:
    """Every line. SystemExit for one that this version did not write."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        return [_line(row) for row in rows]
    except ValidationError as error:
        raise SystemExit(
            f"{path}: {error.error_count()} cells are not what --resume expects; move it away"
        ) from None


def _line(row: dict[str, Any]) -> Result:
    return LINE.validate_python({**row, **{name: row.get(name) or None for name in EMPTY}})
