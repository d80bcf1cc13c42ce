"""Draw results: the mean rank of each detector, and a dot for it on every set. Measures nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.quality.means import Groups, detectors, grouped, mean, ranks
from benchmarks.quality.options import PRODUCT
from benchmarks.quality.results import Measure, Result
from training.drawing import BLUE, GREEN, GREY, LETTER, ORANGE, RED, TOP, Axis, Chart, Dots, draw, text

COLOURS = (BLUE, ORANGE, GREEN, RED, GREY, "#8a68bd", "#a9803c", "#c9679f", "#369ba0", "#8f9a35")
BAR, STEP, WIDEST = 10, 18, 130  # pixels
SPREAD = 0.6  # of a place: dots of one set stand beside each other
SHOWN = {"auroc": "AUROC %", "auprc": "AUPRC %"}


@dataclass(frozen=True, slots=True)
class Ranking:
    """A bar for each name in the colour of its dots, which makes it their legend; best first."""

    title: str
    ranks: Mapping[str, float]
    colours: Mapping[str, str]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._left + WIDEST + 40, TOP + STEP * len(self.ranks) + BAR

    @property
    def _left(self) -> int:
        return round(LETTER * max(map(len, self.ranks))) + 12

    def drawn(self) -> Iterator[str]:
        """Name, bar, rank."""
        yield text(6, 14, self.title, weight="bold")
        longest = max(self.ranks.values())
        for place, (name, rank) in enumerate(sorted(self.ranks.items(), key=lambda each: each[1])):
            up, width = TOP + STEP * place, WIDEST * rank / longest
            look = f'height="{BAR}" fill="{self.colours[name]}"'
            yield text(self._left - 6, up + BAR, name, anchor="end")
            yield f'<rect x="{self._left}" y="{up}" width="{width:.1f}" {look}/>'
            yield text(self._left + width + 5, up + BAR, f"{rank:.1f}")


def drawn(title: str, results: Sequence[Result], measure: Measure, place: Callable[[Result], str]) -> str:
    """An SVG: ranks on the left, dots on the right."""
    names, places = list(detectors(results)), grouped(results, place)
    colours = {name: COLOURS[at % len(COLOURS)] for at, name in enumerate(names)}
    ranking = Ranking(f"Mean rank by {measure.upper()}, 1 is best", ranks(results, measure), colours)
    label = max(LETTER * max(map(len, places)) + 8, 4.0 * len(names))
    shown = dict(zip(map(float, range(len(places))), places, strict=True))
    across = Axis("", low=-0.5, high=len(places) - 0.5, places=shown)
    marks = [dots(at, name, names, places, measure) for at, name in enumerate(names)]
    chart = Chart(title, across, Axis(SHOWN[measure], high=100), marks, round(100 + label * len(places)))
    return draw(title, [ranking, chart])


def dots(at: int, name: str, names: Sequence[str], places: Groups, measure: Measure) -> Dots:
    """Those of one detector, beside those of the others; ours a little larger."""
    across = np.arange(len(places)) + SPREAD * ((at + 0.5) / len(names) - 0.5)
    means = [mean(detectors(found)[name], measure) for found in places.values()]
    size = 4 if name.startswith(PRODUCT) else 3
    return Dots(across, means, colour=COLOURS[at % len(COLOURS)], size=size)
