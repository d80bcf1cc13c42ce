"""Episodes: anomalies next to each other, as one thing that happened, and a table of them for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from offbeat.client import Contribution, Result

NEAR = 3  # rows; a calm record or two do not end an episode
UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k"))
BAR = 10
TIME = slice(11, 19)  # of an ISO timestamp
DATE = 10


@dataclass(frozen=True, slots=True)
class Episode:
    """Anomalies next to each other. `peak` is the strangest of them, `when` its moment."""

    when: str
    records: int
    peak: Result

    @property
    def height(self) -> float:
        """The peak's anomaly score."""
        return self.peak["anomaly_score"] or 0.0


def episodes(results: Sequence[Result], moments: Sequence[str]) -> list[Episode]:
    """All of them, the strangest first. `moments` says when each record was."""
    groups: list[list[int]] = []
    for row, result in enumerate(results):
        if result["is_anomaly"]:
            if not groups or row - groups[-1][-1] > NEAR:
                groups.append([])
            groups[-1].append(row)
    found = [_episode(rows, results, moments) for rows in groups]
    return sorted(found, key=lambda episode: -episode.height)


def shown(found: Sequence[Episode]) -> Table:
    """A row an episode: when, how long, how strange, and what its peak blames."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2))
    for name in ("when", "records", "anomaly score", "severity", "cause", "actual", "expected", "share"):
        right = name in {"records", "anomaly score", "actual", "expected", "share"}
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    for episode in found:
        table.add_row(_moment(episode.when), str(episode.records), *_peak(episode.peak))
    return table


def human(value: float | str | None) -> str:
    """A number a person can take in: four digits and a unit; text as it is."""
    if not isinstance(value, int | float):
        return "-" if value is None else value
    for size, unit in UNITS:
        if abs(value) >= size:
            divisor = 1e3 if unit == "k" else size
            return f"{value / divisor:,.4g} {unit}"
    return f"{value:.4g}"


def _episode(rows: Sequence[int], results: Sequence[Result], moments: Sequence[str]) -> Episode:
    peak = max(rows, key=lambda row: results[row]["anomaly_score"] or 0.0)
    return Episode(moments[peak], len(rows), results[peak])


def _peak(peak: Result) -> list[str | Text]:
    severity = peak["severity"] or 0.0
    filled = round(severity * BAR)
    bar = Text("█" * filled, style="red") + Text("░" * (BAR - filled), style="dim")
    score = Text(f"{peak['anomaly_score'] or 0:,.1f}", style="bold red")
    cause: Contribution | None = peak["contributions"][0] if peak["contributions"] else None
    if cause is None:
        return [score, bar, "-", "-", "-", "-"]
    return [
        score,
        bar,
        Text(cause["feature"], style="cyan"),
        human(cause["actual"]),
        human(cause["expected"]),
        f"{cause['share']:.0%}",
    ]


def _moment(when: str) -> str:
    """The time of day of an ISO timestamp, whose date every row would repeat; anything else as it is."""
    return when[TIME] if len(when) >= TIME.stop and when[DATE] == "T" else when
