"""Marks: what is drawn between the axes of a chart. Knows no axis but its scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.drawing.axes import Scale
from training.drawing.ink import (
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


@dataclass(frozen=True, slots=True)
class Steps:
    """Heights between edges, one fewer than edges, as an outline that is filled palely."""

    edges: ArrayLike
    heights: ArrayLike
    name: str = ""
    colour: str = BLUE

    def values(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Edges and heights."""
        return np.asarray(self.edges, dtype=np.float64), np.asarray(self.heights, dtype=np.float64)

    def drawn(self, x: Scale, y: Scale) -> Iterator[str]:
        """From the floor up, along every height, and down again."""
        edges, heights = self.values()
        path = [f"M{x(edges[0]):.1f} {y.start:.1f}"]
        for right, height in zip(edges[1:].tolist(), heights.tolist(), strict=True):
            path.append(f"V{y(height):.1f}H{x(right):.1f}")
        yield (
            f'<path d="{"".join(path)}V{y.start:.1f}Z" fill="{self.colour}" fill-opacity=".18" '
            f'stroke="{self.colour}" stroke-width="1.3" stroke-linejoin="round"/>'
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the chart at a place of the x axis, or of the y axis, with what it is beside it."""

    at: float
    name: str
    colour: str = GREY
    level: bool = False

    def values(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """It must be seen."""
        there, nothing = np.array([self.at]), np.zeros(0)
        return (nothing, there) if self.level else (there, nothing)

    def drawn(self, x: Scale, y: Scale) -> Iterator[str]:
        """Dashed. Its name is in the legend."""
        way = (
            f"M{x.start:.1f} {y(self.at):.1f}H{x.end:.1f}"
            if self.level
            else f"M{x(self.at):.1f} {y.start:.1f}V{y.end:.1f}"
        )
        yield f'<path d="{way}" stroke="{self.colour}" stroke-width="1.4" stroke-dasharray="5 4"/>'


@dataclass(frozen=True, slots=True)
class Band:
    """The room between two lines along x, broken where one of them is not finite."""

    x: ArrayLike
    low: ArrayLike
    high: ArrayLike
    name: str = ""
    colour: str = BLUE

    def values(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Both lines."""
        x, low, high = (np.asarray(each, dtype=np.float64) for each in (self.x, self.low, self.high))
        return np.concatenate([x, x]), np.concatenate([low, high])

    def drawn(self, x: Scale, y: Scale) -> Iterator[str]:
        """A shape for each unbroken run."""
        across, low, high = (np.asarray(each, dtype=np.float64) for each in (self.x, self.low, self.high))
        there = np.isfinite(low) & np.isfinite(high)
        for run in np.split(np.arange(len(there)), np.flatnonzero(np.diff(there)) + 1):
            if len(run) and there[run[0]]:
                forth = [f"{x(across[at]):.1f} {y(high[at]):.1f}" for at in run.tolist()]
                back = [f"{x(across[at]):.1f} {y(low[at]):.1f}" for at in run[::-1].tolist()]
                yield f'<path d="M{"L".join([*forth, *back])}Z" fill="{self.colour}" fill-opacity=".25"/>'
