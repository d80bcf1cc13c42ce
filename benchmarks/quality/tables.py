"""Results as Markdown tables, in percent: means over the seeds, then over the sets. Runs nothing and measures nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.quality.means import LARGE, detectors, grouped, large, margin, mean, pooled, ranks, whole
from benchmarks.quality.options import PRODUCT
from benchmarks.quality.results import Measure, Result
from benchmarks.tables import markdown, names

MEASURES: tuple[Measure, ...] = ("auroc", "auprc")
BLINK = 2e-5  # seconds; some know the scores of the training rows from fitting, and only hand them out


def overview(results: Sequence[Result]) -> str:
    """A line a detector: all sets, those of many rows, and the mean ranks over all."""
    sets, many = (len(names(each.set for each in lines)) for lines in (results, large(results)))
    title = ["AUROC / AUPRC %", f"all {sets}", f"the {many} of {LARGE:,} rows and more", "mean rank"]
    ranked = [ranks(results, measure) for measure in MEASURES]
    lines = [
        [name, both(every, 2), both(large(every), 2), " / ".join(f"{each[name]:.2f}" for each in ranked)]
        for name, every in detectors(results).items()
    ]
    return markdown([title, *lines])


def by_set(results: Sequence[Result]) -> str:
    """A line a set, a column a detector."""
    asked = list(detectors(results))
    lines = [["AUROC / AUPRC %", *asked]]
    for name, found in grouped(results, lambda each: each.set).items():
        lines.append([name, *(both(each) for each in detectors(found).values())])
    return markdown(lines)


def lead(results: Sequence[Result], rivals: Sequence[str]) -> list[str]:
    """How far each of ours is from the best mean of its rivals: a sentence each, none where no rival was asked."""
    asked = detectors(results)
    there = [name for name in rivals if name in asked]
    said = []
    for name in asked if there else ():
        if name.startswith(PRODUCT):
            points = " / ".join(f"{margin(results, name, there, each):+.2f}" for each in MEASURES)
            said.append(f"{name}: {points} to the best of {', '.join(there)}")
    return said


def promises(results: Sequence[Result]) -> str:
    """What thresholds promised and what they did; the rows of all sets and seeds together."""
    lines = [["at the threshold", "promised false alarms", "false alarms", "found", "F1"]]
    for name, found in detectors(results).items():
        done, promised = pooled(found), [each.promised for each in found if each.promised is not None]
        if done and promised:
            shares = (float(np.mean(promised)), done.false_alarms, done.found, done.f1)
            lines.append([name, *(f"{share:.1%}" for share in shares)])
    return markdown(lines)


def kinds(results: Sequence[Result]) -> str:
    """For each kind of anomaly: AUROC against the normal rows, and the share found where there is a threshold."""
    lines = [["AUROC % (found %)", "rows", *detectors(results)]]
    for kind, found in sorted(
        grouped([each for each in results if each.part], lambda each: each.part).items()
    ):
        lines.append([kind, str(found[0].anomalies), *map(_kind, detectors(found).values())])
    return markdown(lines)


def costs(results: Sequence[Result]) -> str:
    """Seconds of a fit and rows scored in a second, medians over sets and seeds."""
    lines = [["cost", "fit s", "rows/s scored"]]
    for name, found in detectors(whole(results)).items():
        fit, score = (
            np.median([getattr(each, f"{of}_seconds") for each in found]) for of in ("fit", "score")
        )
        rate = np.median([each.test / max(each.score_seconds, BLINK) for each in found])
        lines.append([name, f"{fit:.2f}", f"{rate:,.0f}" if score > BLINK else "–"])
    return markdown(lines)


def both(results: Sequence[Result], digits: int = 1) -> str:
    """`91.3 / 74.8`."""
    return " / ".join(f"{mean(results, each):.{digits}f}" for each in MEASURES) if results else "–"


def _kind(results: Sequence[Result]) -> str:
    done = pooled(results)
    return f"{mean(results, 'auroc'):.1f}" + (f" ({100 * done.found:.0f})" if done else "")
