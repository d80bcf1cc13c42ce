"""Paper: empty charts and their colours, which read on light and on dark ground. Knows no records."""

from __future__ import annotations

import io
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, GREY = "#757b84", "#969ba3"
BLUE, ORANGE, RED = "#3b82c4", "#d9772b", "#d0504a"
WIDTH = 9.0  # inches
DOTS = 100  # an inch


class Picture(Figure):
    """A figure that a notebook shows by itself. pyplot never hears of it, so nothing is kept once it is dropped."""

    def _repr_png_(self) -> bytes:
        """What IPython asks for where no `%matplotlib` has told it about figures."""
        content = io.BytesIO()
        self.savefig(content, format="png")
        return content.getvalue()


def picture(heights: Sequence[float]) -> tuple[Picture, list[Axes]]:
    """One without ground, and in it charts of these heights in inches, each below the other."""
    made = Picture(figsize=(WIDTH, sum(heights)), dpi=DOTS, layout="constrained", facecolor="none")
    charts = made.subplots(len(heights), squeeze=False, height_ratios=heights)[:, 0].tolist()
    for chart in charts:
        _bare(chart)
    return made, charts


def titled(chart: Axes, title: str, x: str, y: str) -> None:
    """Say what is shown, and along what, above the legend. Names are as they are: a dollar begins no formula."""
    room = 22 if chart.get_legend() else 6  # points
    chart.set_title(title, loc="left", pad=room, color=INK, fontsize=11, fontweight="bold", parse_math=False)
    chart.set_xlabel(x, color=INK, parse_math=False)
    chart.set_ylabel(y, color=INK, parse_math=False)


def legend(chart: Axes) -> None:
    """Above the chart, where no mark is."""
    chart.legend(
        loc="lower left", bbox_to_anchor=(-0.01, 1), ncols=3, frameon=False, labelcolor=INK, borderaxespad=0
    )


def _bare(chart: Axes) -> None:
    chart.set_facecolor("none")
    chart.set_axisbelow(True)
    chart.tick_params(which="both", color=INK, labelcolor=INK)
    chart.grid(visible=True, axis="y", color=INK, alpha=0.2)
    chart.spines[["top", "right"]].set_visible(False)
    chart.spines[["left", "bottom"]].set_color(INK)
