"""Panels: charts and pictures, each a part of a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.pictures import as_text, encode_png
from training.drawing.axes import Axis, Scale, scale, ticks
from training.drawing.ink import (
    BOTTOM,
    HEIGHT,
    INK,
    LEFT,
    LETTER,
    PICTURE,
    RIGHT,
    SPACE,
    TOP,
    WIDTH,
    text,
)
from training.drawing.marks import Mark

ROW, LONGEST = 16, 24  # pixels of a strip, letters of its name
PALE, DARK, NOTHING = np.array([253, 240, 232]), np.array([150, 20, 30]), np.array([200, 200, 200])


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


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Rows of names, each a strip of colours from left to right. values: (names, slots) from 0 to 1, NaN where nothing is."""

    title: str
    names: Sequence[str]
    values: NDArray[np.float64]
    low: float
    high: float
    places: Mapping[float, str]
    width: int = WIDTH

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width, TOP - 16 + len(self.names) * ROW + BOTTOM - 16

    def drawn(self) -> Iterator[str]:
        """The strips as one picture, stretched; names to the left, places below."""
        left, right, top = self._left, self.width - RIGHT, TOP - 16
        bottom = top + len(self.names) * ROW
        yield text(left, 14, self.title, weight="bold")
        for place, name in enumerate(self.names):
            yield text(left - 6, top + place * ROW + ROW / 2 + 4, _cut(name), anchor="end")
        yield (
            f'<image x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" preserveAspectRatio="none" '
            f'style="image-rendering:pixelated" href="data:image/png;base64,{as_text(encode_png(heat(self.values)))}"/>'
        )
        across = Scale(self.low, self.high, left, right, log=False)
        for value, shown in self.places.items():
            yield text(across(value), bottom + 16, shown, anchor="middle")

    @property
    def _left(self) -> int:
        return round(LETTER * max(map(len, map(_cut, self.names)))) + 12


def heat(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """(rows, columns) from 0 to 1 -> (rows, columns, 3): from pale to dark red, grey where nothing is."""
    share = np.clip(np.nan_to_num(values), 0, 1)[..., None] ** 0.5
    coloured = PALE + (DARK - PALE) * share
    return np.where(np.isnan(values)[..., None], NOTHING, coloured).astype(np.uint8)


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
