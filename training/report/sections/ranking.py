"""How well the scores rank anomalies that were known."""

from __future__ import annotations

from training.drawing import BLUE, GREY, Axis, Chart, Line, draw
from training.report.markup import drawing
from training.report.shown import Shown

SIDE = 425  # pixels


def ranking(shown: Shown) -> str | None:
    """Two curves side by side; None without labels."""
    found = shown.facts.curves
    if found is None:
        return None
    share = found.anomalies / (found.anomalies + found.normal)
    roc = Chart(
        "Receiver operating characteristic",
        _share("false positive rate"),
        _share("true positive rate"),
        [
            Line(found.false_positives, found.true_positives, f"AUROC {found.auroc:.3f}", BLUE),
            Line([0, 1], [0, 1], "guessing", GREY, dashed=True),
        ],
        width=SIDE,
    )
    precision = Chart(
        "Precision and recall",
        _share("recall"),
        _share("precision"),
        [
            Line(found.recall, found.precision, f"average precision {found.average_precision:.3f}", BLUE),
            Line([0, 1], [share, share], "guessing", GREY, dashed=True),
        ],
        width=SIDE,
    )
    caption = f"{found.anomalies:,} known anomalies among {found.normal:,} ordinary records that nothing was fitted on."
    return drawing(draw("How scores rank known anomalies", [roc, precision]), caption)


def _share(label: str) -> Axis:
    return Axis(label, low=0.0, high=1.0)
