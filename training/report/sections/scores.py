"""How the scores of each part lie, and where the threshold is."""

from __future__ import annotations

from training.drawing import GREY, INK, Axis, Chart, Mark, Rule, Steps, draw
from training.report.facts import PARTS
from training.report.markup import drawing
from training.report.sections.colours import OF_PART, WIDE
from training.report.shown import Shown


def scores(shown: Shown) -> str | None:
    """A histogram; every part by its own total, so that a small one is seen, too."""
    histogram, threshold = shown.facts.scores, shown.manifest.threshold.value
    marks: list[Mark] = []
    for part in PARTS:
        counts = histogram.counts.get(part)
        if counts:
            total = max(1, sum(counts))
            marks.append(
                Steps(
                    histogram.edges, [100 * count / total for count in counts], part, OF_PART.get(part, GREY)
                )
            )
    if not marks:
        return None
    marks.append(Rule(threshold, "threshold", INK))
    chart = Chart("", Axis("score (logarithmic)", log=True), Axis("% of the part", low=0), marks, width=WIDE)
    return drawing(draw("Histogram of scores", [chart]), _caption(shown))


def _caption(shown: Shown) -> str:
    told = f"Scores to the right of {shown.manifest.threshold.value:.4g} are anomalies."
    told += " The outermost bars hold what lies beyond."
    if "training" in shown.facts.scores.counts and len(shown.facts.scores.counts) > 1:
        told += " What was learned from scores lower than what was not, so compare the other parts with each other."
    return told
