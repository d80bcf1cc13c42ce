"""How learning went: the loss of every epoch, and what was tried before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.drawing import BLUE, ORANGE, Axis, Chart, Line, draw
from training.report.markup import drawing, table
from training.report.sections.colours import WIDE
from training.report.shown import Shown


def learning(shown: Shown) -> str | None:
    """The curves and the table; None where neither was kept."""
    losses = np.array(shown.facts.losses)
    told = _curves(losses, shown) if len(losses) > 1 else ""
    return (told + _tried(shown)) or None


def _curves(losses: NDArray[np.float64], shown: Shown) -> str:
    epochs = np.arange(1, len(losses) + 1)
    best = int(losses[:, 1].argmin()) + 1
    chart = Chart(
        "",
        Axis("epoch", low=1, high=float(max(2, len(losses)))),
        Axis("loss (logarithmic)", log=True),
        [
            Line(epochs, losses[:, 0], "training, with the variant's noise", BLUE),
            Line(epochs, losses[:, 1], "held out", ORANGE),
        ],
        width=WIDE,
    )
    seconds = f"{shown.manifest.training.seconds:.1f} s in all"
    return drawing(draw("Loss by epoch", [chart]), f"The weights of epoch {best} were kept; {seconds}.")


def _tried(shown: Shown) -> str:
    tried = shown.manifest.training.tried
    if not tried:
        return ""
    rows = [
        [
            str(each.code_size),
            ", ".join(map(str, each.hidden)),
            f"{each.risk:.4g}",
            f"{each.seconds:.1f}",
            "chosen" if each.chosen else "",
        ]
        for each in tried
    ]
    caption = "Codes tried for a moment: how badly held-out samples are rebuilt from noisy ones. The narrowest that chance does not tell from the best was chosen."
    return table(["code size", "hidden", "risk", "seconds", ""], rows, caption=caption)
