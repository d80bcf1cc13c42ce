"""Results as tables of means over the seeds, in Markdown. Runs nothing and measures nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from benchmarks.results import KindResult, Result

Cell = Callable[[Sequence[Result]], str]


def quality(results: Sequence[Result]) -> str:
    """AUROC / AUPRC in percent: a line per set, their mean, and the seconds of fitting, the median over all."""
    detectors = names(each.detector for each in results)
    by_set = {
        name: [each for each in results if each.set == name] for name in names(each.set for each in results)
    }
    lines = [["AUROC / AUPRC %", *detectors]]
    lines += [[name, *cells(chosen, detectors, both)] for name, chosen in by_set.items()]
    if len(by_set) > 1:
        lines.append([f"mean of {len(by_set)}", *cells(results, detectors, both)])
    lines.append(["fit s", *cells(results, detectors, lambda chosen: f"{fit_seconds(chosen):.2f}")])
    return markdown(lines)


def promises(results: Sequence[Result]) -> str:
    """What the thresholds promised and what they did; the rows of all seeds together."""
    ours = [each for each in results if each.promised is not None]
    groups = {(each.set, each.detector) for each in ours} if len({each.set for each in ours}) > 1 else set()
    lines = [["at the threshold", "promised false alarms", "false alarms", "found", "F1"]]
    for name, detector in sorted(groups):
        chosen = [each for each in ours if (each.set, each.detector) == (name, detector)]
        lines.append([f"{name}, {detector}", *promise(chosen)])
    by_detector = {
        name: [each for each in ours if each.detector == name] for name in names(e.detector for e in ours)
    }
    lines += [[f"all, {detector}", *promise(chosen)] for detector, chosen in by_detector.items()]
    return markdown(lines)


def kinds(results: Sequence[KindResult]) -> str:
    """For each kind of fault: AUROC in percent against the normal rows, and the share found where there is a threshold."""
    detectors = names(each.detector for each in results)
    lines = [["AUROC % (found %)", "rows", *detectors]]
    for kind in sorted(names(each.kind for each in results)):
        chosen = [each for each in results if each.kind == kind]
        lines.append([kind, str(chosen[0].rows), *(kind_cell(chosen, detector) for detector in detectors)])
    return markdown(lines)


def kind_cell(results: Sequence[KindResult], detector: str) -> str:
    """`97.1 (88)`."""
    chosen = [each for each in results if each.detector == detector]
    found = [each.found for each in chosen if each.found is not None]
    share = f" ({100 * np.mean(found):.0f})" if found else ""
    return f"{100 * np.mean([each.auroc for each in chosen]):.1f}{share}"


def promise(results: Sequence[Result]) -> list[str]:
    """Promised and measured false alarms, recall and F1."""
    alarms, found = (sum(each.flags(part) for each in results) for part in ("normal", "anomalies"))
    normal, anomalies = sum(each.normal for each in results), sum(each.anomalies for each in results)
    promised = float(np.mean([each.promised for each in results if each.promised is not None]))
    f1 = 2 * found / max(alarms + found + anomalies, 1)
    return [f"{share:.1%}" for share in (promised, alarms / max(normal, 1), found / max(anomalies, 1), f1)]


def cells(results: Sequence[Result], detectors: Sequence[str], cell: Cell) -> list[str]:
    """One cell for every detector."""
    return [cell([each for each in results if each.detector == detector]) for detector in detectors]


def both(results: Sequence[Result]) -> str:
    """`91.3 / 74.8`."""
    return " / ".join(
        f"{100 * np.mean([getattr(each, of) for each in results]):.1f}" for of in ("auroc", "auprc")
    )


def fit_seconds(results: Sequence[Result]) -> float:
    """Median over sets and seeds."""
    return float(np.median([each.fit_seconds for each in results]))


def names(values: Iterable[str]) -> list[str]:
    """Each once, in order of appearance."""
    return list(dict.fromkeys(values))


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """A table, its columns aligned."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rows = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    rule = " | ".join("-" * width for width in widths)
    return "\n".join(f"| {row} |" for row in [rows[0], rule, *rows[1:]])
