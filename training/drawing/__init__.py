"""Small SVG figures: charts and pictures side by side. Text stays text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from training.drawing.axes import Axis
from training.drawing.ink import BLUE, GREEN, GREY, INK, LETTER, ORANGE, RED, TOP, text
from training.drawing.marks import Band, Bars, Dots, Line, Mark, Rule, Span, Steps
from training.drawing.panels import Chart, HeatMap, Panel, Pictures
from training.drawing.times import time_places

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "INK",
    "LETTER",
    "ORANGE",
    "RED",
    "TOP",
    "Axis",
    "Band",
    "Bars",
    "Chart",
    "Dots",
    "Figure",
    "HeatMap",
    "Line",
    "Mark",
    "Panel",
    "Pictures",
    "Rule",
    "Span",
    "Steps",
    "draw",
    "text",
    "time_places",
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
