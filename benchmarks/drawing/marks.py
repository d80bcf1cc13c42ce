"""Marks: what is drawn between the axes of a chart. Knows no axis but its scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks.drawing.axes import Scale
from benchmarks.drawing.ink import (
    BLUE,
    GREY,
    text,
)


class Mark(Protocol):
    """What is drawn inside the axes."""

    @property
    def name(self) -> str:
        """In the legend; not there where it is empty."""
        ...

    @property
    def colour(self) -> str:
        """In the legend, too."""
        ...

    def values(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What the axes must reach: x and y."""
        ...

    def drawn(self, x: Scale, y: Scale) -> Iterator[str]:
        """Its elements."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """Values along x, joined; with a dot at each where `dots`. Without a name it is not in the legend."""

    x: ArrayLike
    y: ArrayLike
    name: str = ""
    colour: str = BLUE
    dots: bool = False
    dashed: bool = False

    def values(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Both as arrays."""
        return np.asarray(self.x, dtype=np.float64), np.asarray(self.y, dtype=np.float64)

    def drawn(self, x: Scale, y: Scale) -> Iterator[str]:
        """A path, broken where a value is not finite."""
        pairs = list(zip(*(each.tolist() for each in self.values()), strict=True))
        path, pen = [], "M"
        for across, up in pairs:
            if not np.isfinite(up):
                pen = "M"
                continue
            path.append(f"{pen}{x(across):.1f} {y(up):.1f}")
            pen = "L"
        dash = ' stroke-dasharray="5 4"' if self.dashed else ""
        yield f'<path d="{"".join(path)}" fill="none" stroke="{self.colour}" stroke-width="1.6"{dash}/>'
        if self.dots:
            yield from Dots(self.x, self.y, "", self.colour, size=3).drawn(x, y)


@dataclass(frozen=True, slots=True)
class Dots:
    """A dot at each point; `hollow` ones are rings. `labels` stand beside them."""

    x: ArrayLike
    y: ArrayLike
    name: str = ""
    colour: str = BLUE
    size: float = 2
    hollow: bool = False
    labels: Sequence[str] = ()

    def values(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Both as arrays."""
        return np.asarray(self.x, dtype=np.float64), np.asarray(self.y, dtype=np.float64)

    def drawn(self, x: Scale, y: Scale) -> Iterator[str]:
        """One group, so that the colour is said once."""
        look = (
            f'fill="none" stroke="{self.colour}"'
            if self.hollow
            else f'fill="{self.colour}" fill-opacity=".75"'
        )
        places = [
            (x(across), y(up)) for across, up in zip(*(each.tolist() for each in self.values()), strict=True)
        ]
        yield f"<g {look}>"
        yield from (f'<circle cx="{across:.1f}" cy="{up:.1f}" r="{self.size:g}"/>' for across, up in places)
        yield "</g>"
        for (across, up), label in zip(places, self.labels, strict=False):
            yield text(across + self.size + 3, up + 4, label)


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar up to each value, at the places 0, 1, 2, …; `shown` stands above it."""

    heights: Sequence[float]
    shown: Sequence[str] = ()
    name: str = ""
    colour: str = BLUE
    width: float = 0.6

    def values(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """From zero, half a place around the bars."""
        return np.array([-0.5, len(self.heights) - 0.5]), np.array([0.0, *self.heights])

    def drawn(self, x: Scale, y: Scale) -> Iterator[str]:
        """A rectangle each."""
        for place, (height, shown) in enumerate(zip(self.heights, self.shown, strict=True)):
            left, right, up = x(place - self.width / 2), x(place + self.width / 2), y(height)
            yield (
                f'<rect x="{left:.1f}" y="{up:.1f}" width="{right - left:.1f}" height="{y(0) - up:.1f}" '
                f'fill="{self.colour}"/>'
            )
            yield text((left + right) / 2, up - 4, shown, anchor="middle")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the x axis, from top to bottom."""

    start: float
    end: float
    name: str = ""
    colour: str = GREY

    def values(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """It asks for no room."""
        return np.zeros(0), np.zeros(0)

    def drawn(self, x: Scale, y: Scale) -> Iterator[str]:
        """A pale rectangle."""
        left, right = x(self.start), x(self.end)
        yield (
            f'<rect x="{left:.1f}" y="{y.end:.1f}" width="{right - left:.1f}" height="{y.start - y.end:.1f}" '
            f'fill="{self.colour}" fill-opacity=".3"/>'
        )
