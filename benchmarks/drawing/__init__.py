"""Small SVG figures: charts and pictures side by side. Text stays text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from benchmarks.drawing.axes import Axis
from benchmarks.drawing.ink import BLUE, GREEN, GREY, LETTER, ORANGE, RED, TOP, text
from benchmarks.drawing.marks import Bars, Dots, Line, Mark, Span
from benchmarks.drawing.panels import Chart, Panel, Pictures

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "LETTER",
    "ORANGE",
    "RED",
    "TOP",
    "Axis",
    "Bars",
    "Chart",
    "Dots",
    "Figure",
    "Line",
    "Mark",
    "Panel",
    "Pictures",
    "Span",
    "draw",
    "text",
]


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing, and the sentence that says what is seen in it, with its numbers."""

    svg: str
    caption: str


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
