"""Small SVG figures: charts and pictures side by side. Text stays text; colours read on light and on dark paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.pictures import as_text, encode_png

INK = "#757b84"
BLUE, ORANGE, GREEN, RED, GREY = "#3b82c4", "#d9772b", "#43a062", "#d0504a", "#969ba3"
HEIGHT, WIDTH = 240, 360
LEFT, RIGHT, TOP, BOTTOM = 54, 14, 42, 40  # around the axes of a chart
TICKS = 6  # at most
LETTER = 6.7  # pixels across, about
PICTURE, SPACE = 84, 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing, and the sentence that says what is seen in it, with its numbers."""

    svg: str
    caption: str


@dataclass(frozen=True, slots=True)
class Axis:
    """What runs along a side. `places` names points of it, in place of ticks; without limits, all there is to show."""

    label: str
    log: bool = False
    low: float | None = None
    high: float | None = None
    places: Mapping[float, str] | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """From a value to a pixel."""

    low: float
    high: float
    start: float
    end: float
    log: bool

    def __call__(self, value: float) -> float:
        """Values beyond the limits stay at them."""
        low, high, value = (
            log10(each) if self.log else each for each in (self.low, self.high, self.held(value))
        )
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def held(self, value: float) -> float:
        """Inside the limits."""
        return min(max(value, self.low), self.high)


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


class Panel(Protocol):
    """A part of a figure."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        ...

    def drawn(self) -> Iterator[str]:
        """Its elements, from (0, 0)."""
        ...


@dataclass(frozen=True, slots=True)
class Chart:
    """Marks between two axes."""

    title: str
    x: Axis
    y: Axis
    marks: Sequence[Mark]
    width: int = WIDTH

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width, HEIGHT

    def drawn(self) -> Iterator[str]:
        """Title, legend, axes, marks."""
        across = scale(self.x, [mark.values()[0] for mark in self.marks], LEFT, self.width - RIGHT)
        up = scale(self.y, [mark.values()[1] for mark in self.marks], HEIGHT - BOTTOM, TOP)
        yield text(LEFT, 14, self.title, weight="bold")
        yield from self._legend()
        yield from self._x_axis(across)
        yield from self._y_axis(up)
        for mark in self.marks:
            yield from mark.drawn(across, up)

    def _legend(self) -> Iterator[str]:
        left = float(LEFT)
        for mark in self.marks:
            if mark.name:
                yield f'<rect x="{left:.0f}" y="23" width="9" height="9" rx="2" fill="{mark.colour}"/>'
                yield text(left + 13, 32, mark.name)
                left += 13 + LETTER * len(mark.name) + 12

    def _x_axis(self, scale: Scale) -> Iterator[str]:
        bottom = HEIGHT - BOTTOM
        yield f'<path d="M{LEFT} {bottom}H{self.width - RIGHT}" stroke="{INK}"/>'
        for value, shown in ticks(self.x, scale).items():
            yield f'<path d="M{scale(value):.1f} {bottom}v4" stroke="{INK}"/>'
            yield text(scale(value), bottom + 16, shown, anchor="middle")
        yield text((LEFT + self.width - RIGHT) / 2, HEIGHT - 6, self.x.label, anchor="middle")

    def _y_axis(self, scale: Scale) -> Iterator[str]:
        for value, shown in ticks(self.y, scale).items():
            yield (
                f'<path d="M{LEFT} {scale(value):.1f}H{self.width - RIGHT}" stroke="{INK}" stroke-opacity=".25"/>'
            )
            yield text(LEFT - 6, scale(value) + 4, shown, anchor="end")
        middle = (TOP + HEIGHT - BOTTOM) / 2
        yield text(12, middle, self.y.label, anchor="middle", turned=True)


@dataclass(frozen=True, slots=True)
class Pictures:
    """A grid of pictures, uint8, each enlarged to `side` pixels; `above` names the columns, `below` each picture."""

    grid: Sequence[Sequence[NDArray[np.uint8]]]
    above: Sequence[str]
    below: Sequence[Sequence[str]] = ()
    side: int = PICTURE
    smooth: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        columns = max(map(len, self.grid))
        return columns * (self.side + SPACE) + SPACE, 24 + len(self.grid) * self._step

    @property
    def _step(self) -> int:
        return self.side + (22 if self.below else SPACE)

    def drawn(self) -> Iterator[str]:
        """Each picture as a PNG of its own size, enlarged by the reader."""
        look = "" if self.smooth else ' style="image-rendering:pixelated"'
        for place, name in enumerate(self.above):
            yield text(SPACE + place * (self.side + SPACE) + self.side / 2, 14, name, anchor="middle")
        for row, pictures in enumerate(self.grid):
            for place, picture in enumerate(pictures):
                left, top = SPACE + place * (self.side + SPACE), 22 + row * self._step
                yield (
                    f'<image x="{left}" y="{top}" width="{self.side}" height="{self.side}"{look} '
                    f'href="data:image/png;base64,{as_text(encode_png(picture))}"/>'
                )
                if self.below:
                    yield text(
                        left + self.side / 2, top + self.side + 15, self.below[row][place], anchor="middle"
                    )


def draw(title: str, panels: Sequence[Panel]) -> str:
    """An SVG of panels from left to right."""
    width, height = sum(panel.size[0] for panel in panels), max(panel.size[1] for panel in panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" font-family="system-ui, -apple-system, Segoe UI, sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
    ]
    left = 0
    for panel in panels:
        parts += [f'<g transform="translate({left} 0)">', *panel.drawn(), "</g>"]
        left += panel.size[0]
    return "\n".join([*parts, "</svg>", ""])


def text(
    x: float, y: float, said: str, *, anchor: str = "start", weight: str = "", turned: bool = False
) -> str:
    """A line of text."""
    more = f' font-weight="{weight}"' if weight else ""
    more += f' text-anchor="{anchor}"' if anchor != "start" else ""
    more += f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{INK}"{more}>{escape(said, quote=False)}</text>'


def scale(axis: Axis, values: Sequence[NDArray[np.float64]], start: float, end: float) -> Scale:
    """As the axis says, else from the smallest to the largest value with a little room."""
    every = np.concatenate([np.zeros(0), *values])
    every = every[np.isfinite(every) & ((every > 0) | (not axis.log))]
    low = float(every.min()) if axis.low is None else axis.low
    high = float(every.max()) if axis.high is None else axis.high
    room = 0.06 * ((log10(high) - log10(low)) if axis.log else (high - low)) or 0.5
    if axis.low is None:
        low = low / 10**room if axis.log else low - room * (low != 0)
    if axis.high is None:
        high = high * 10**room if axis.log else high + room
    return Scale(low, high, start, end, axis.log)


def ticks(axis: Axis, scale: Scale) -> dict[float, str]:
    """Round numbers inside the scale, or the places that were named."""
    if axis.places is not None:
        return dict(axis.places)
    found = powers(scale) if axis.log else rounds(scale)
    return {value: f"{value:.6g}" for value in found if scale.low <= value <= scale.high}


def rounds(scale: Scale) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    rough = (scale.high - scale.low) / TICKS
    power = 10 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [
        step * count for count in range(ceil(scale.low / step - 1e-9), floor(scale.high / step + 1e-9) + 1)
    ]


def powers(scale: Scale) -> list[float]:
    """Powers of ten, with their doubles and fives where there are few."""
    exponents = range(floor(log10(scale.low)), ceil(log10(scale.high)) + 1)
    factors = (1, 2, 5) if len(exponents) <= TICKS // 2 else (1,)
    every = -(-len(exponents) // TICKS)
    return [factor * 10.0**exponent for exponent in exponents[::every] for factor in factors]
