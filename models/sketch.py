"""Sketch: how anomaly scores lie and how they went, in a few lines of a terminal. Knows no file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

Vector = NDArray[np.float64]
BLOCKS = " ▁▂▃▄▅▆▇█"
DECADES, A_DECADE = 2, 12  # on either side of the threshold, and bins of each
EDGES = np.logspace(-DECADES, DECADES, 2 * DECADES * A_DECADE + 1)[1:-1]
WIDTH = 2 * DECADES * A_DECADE + 1
STRETCHES = 48  # of one piece of the records
MOST = 1024  # kept; then neighbours are joined
STRANGE = "bold red"


class Stretch(NamedTuple):
    """So many records that follow each other, and their highest anomaly score; NaN where none has one."""

    rows: int
    highest: float


@dataclass(frozen=True, slots=True)
class Sketch:
    """Of some records. counts: how many anomaly scores lie between EDGES; the first and the last hold what lies beyond."""

    counts: tuple[int, ...] = (0,) * (len(EDGES) + 1)
    stretches: tuple[Stretch, ...] = ()

    @classmethod
    def of(cls, anomaly_scores: Vector) -> Self:
        """(rows,) in the order in which they came; NaN is no score."""
        known = anomaly_scores[np.isfinite(anomaly_scores)]
        # Exactly 1 is normal, and belongs below the threshold.
        counts = np.bincount(np.searchsorted(EDGES, known, side="left"), minlength=len(EDGES) + 1)
        parts = np.array_split(anomaly_scores, min(STRETCHES, max(1, len(anomaly_scores))))
        return cls(tuple(counts.tolist()), tuple(Stretch(len(part), _highest(part)) for part in parts))

    def plus(self, later: Sketch) -> Sketch:
        """Of these records and those that follow them."""
        counts = tuple(one + other for one, other in zip(self.counts, later.counts, strict=True))
        stretches = (*self.stretches, *later.stretches)
        return Sketch(counts, stretches if len(stretches) <= MOST else _joined(stretches))

    def histogram(self) -> Iterator[Text]:
        """Bars, those of anomalies red, and below them the axis. Heights are square roots, so that a few are seen."""
        most = max(1, *self.counts)
        bars = "".join(_block((count / most) ** 0.5) for count in self.counts)
        half = len(bars) // 2
        yield Text.assemble(bars[:half], "│", (bars[half:], STRANGE))
        axis = "".join(f"{10.0**power:<{A_DECADE}g}" for power in range(-DECADES, DECADES))
        yield Text(f"{axis[: half - 1]} 1{axis[half + 1 :]}{10.0**DECADES:g}  anomaly score", style="dim")

    def strip(self) -> Text:
        """The highest anomaly score along the records: taller is stranger, red is an anomaly."""
        rows = np.repeat(np.arange(len(self.stretches)), [stretch.rows for stretch in self.stretches])
        slots = np.array_split(rows, min(WIDTH, max(1, len(rows))))
        return Text.assemble(*(self._slot(np.unique(slot)) for slot in slots))

    def _slot(self, places: NDArray[np.int64]) -> tuple[str, str]:
        highest = _highest(np.array([self.stretches[place].highest for place in places.tolist()]))
        if np.isnan(highest):
            return " ", ""
        level = np.log10(max(highest, EDGES[0])) / (2 * DECADES) + 0.5
        return _block(min(1.0, level)), STRANGE if highest > 1 else ""


def _highest(values: Vector) -> float:
    known = values[np.isfinite(values)]
    return float(known.max()) if len(known) else float("nan")


def _joined(stretches: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """Half as many."""
    pairs = [stretches[at : at + 2] for at in range(0, len(stretches), 2)]
    return tuple(
        Stretch(sum(each.rows for each in pair), _highest(np.array([each.highest for each in pair])))
        for pair in pairs
    )


def _block(height: float) -> str:
    """Nothing for 0, the smallest block for whatever is more."""
    return BLOCKS[int(np.ceil(height * (len(BLOCKS) - 1)))]
