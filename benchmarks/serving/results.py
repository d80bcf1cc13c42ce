"""Results: every measured value under its key, as JSON on disk. Knows neither servers nor goals."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

RATE = "requests per core-second"
CPU = "CPU µs per request"  # the same, seen from the other side
P50, P99 = "p50 ms", "p99 ms"
SINGLE_P99 = "p99 of single rows, ms"
ROWS, CORE_ROWS = "rows per second", "rows per core-second"
MEMORY, START = "memory MB", "cold start s"
LOWER_IS_BETTER = {CPU, P50, P99, SINGLE_P99, MEMORY, START}


class Key(NamedTuple):
    """Which server, what of it, in which form of request, of how many rows, from how many clients."""

    server: str
    what: str
    form: str = "minimal"
    rows: int = 1
    clients: int = 1


class Figure(NamedTuple):
    """One measured value."""

    key: Key
    value: float


@dataclass(slots=True)
class Results:
    """All repetitions of each value, in the order they were first measured; `notes` say what was left out, and why."""

    values: dict[Key, list[float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, figure: Figure) -> None:
        """Another repetition."""
        self.values.setdefault(figure.key, []).append(figure.value)

    def median(self, key: Key) -> float | None:
        """None where nothing was measured."""
        return statistics.median(self.values[key]) if key in self.values else None

    def best(self, key: Key) -> float:
        """The highest, or where lower is better the lowest."""
        return (min if key.what in LOWER_IS_BETTER else max)(self.values[key])


def save(path: Path, results: Results) -> None:
    """Overwrites."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figures = [{**key._asdict(), "values": values} for key, values in results.values.items()]
    path.write_text(json.dumps({"figures": figures, "notes": results.notes}, indent=1) + "\n")


def load(path: Path) -> Results:
    """SystemExit where the file is not one that `save` wrote."""
    try:
        kept = json.loads(path.read_text())
        figures = {Key(*(each[name] for name in Key._fields)): each["values"] for each in kept["figures"]}
        return Results(figures, kept["notes"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SystemExit(f"{path}: no results of this benchmark ({error})") from None
