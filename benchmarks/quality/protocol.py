"""Protocol: how a set is cut into what trains and what tests, and what is said of the results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.quality import ours
from benchmarks.quality.case import Case, Detection, Flags, Vector
from benchmarks.quality.files import Files
from benchmarks.quality.options import Options
from benchmarks.quality.results import Measure, Result


@dataclass(frozen=True, slots=True)
class Protocol:
    """says: one line for --help. files: the sets by name. cases: those of a file and a seed. report: tables without times.

    place: where a result stands along the x axis of the figure, which shows `measure` of those that are `in_figure`. ask:
    the product about a case, by a name and with flags. scored: what becomes of every detector's scores before they are
    measured. folds: as `Peers` has it.
    """

    says: str
    files: Callable[[Options], Files]
    cases: Callable[[str, Path, int, Options], Sequence[Case]]
    report: Callable[[Sequence[Result]], list[str]]
    place: Callable[[Result], str]
    measure: Measure = "auprc"
    in_figure: Callable[[Result], bool] = lambda _: True
    ask: Callable[[Case, str, Flags, Options], Detection] = ours.detect
    scored: Callable[[Vector], Vector] | None = None
    folds: int = 0
