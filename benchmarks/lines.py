"""Write lines as a CSV file. Knows nothing of what they say."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV with commas."""
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def save(path: Path, results: Sequence[DataclassInstance]) -> None:
    """The fields of each; nothing where there are none."""
    if results:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, list(asdict(results[0])), (list(asdict(each).values()) for each in results))
