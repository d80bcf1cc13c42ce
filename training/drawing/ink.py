"""Ink: colours and sizes, and a line of text. Colours read on light and on dark paper."""

from __future__ import annotations

from html import escape

INK = "#757b84"
BLUE, ORANGE, GREEN, RED, GREY = "#3b82c4", "#d9772b", "#43a062", "#d0504a", "#969ba3"
HEIGHT, WIDTH = 240, 360
LEFT, RIGHT, TOP, BOTTOM = 54, 14, 42, 40  # around the axes of a chart
TICKS = 6  # at most
LETTER = 6.7  # pixels across, about
PICTURE, SPACE = 84, 10


def text(
    x: float, y: float, said: str, *, anchor: str = "start", weight: str = "", turned: bool = False
) -> str:
    """A line of text."""
    more = f' font-weight="{weight}"' if weight else ""
    more += f' text-anchor="{anchor}"' if anchor != "start" else ""
    more += f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{INK}"{more}>{escape(said, quote=False)}</text>'
