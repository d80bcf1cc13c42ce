"""The strangest records, each with the features that made it so."""

from __future__ import annotations

from html import escape

from training.report.facts import Cause, Strange
from training.report.markup import bar, said
from training.report.shown import Shown

PICTURES = ("as it was", "as expected", "where it is strange")
LEAST = 0.01  # of a score
SIGNS = {"above": "above", "below": "below", "other": "other than"}


def strangest(shown: Shown) -> str | None:
    """A card each; of a private model only why there are none."""
    facts = shown.facts
    if facts.private:
        return said("Trained with --private: no record of the training data is shown.")
    if not facts.strangest:
        return None
    fresh = all(each.part != "training" for each in facts.strangest)
    told = said(
        "Records that nothing was learned from, strangest first." if fresh else "Strangest first.",
        "The bars say what share of the score each feature has."
        + _with_times(timed=facts.course is not None),
    )
    return told + f'<div class="cards">{"".join(map(_card, facts.strangest))}</div>'


def _with_times(*, timed: bool) -> str:
    return " Of neighbours in time only the strangest is shown." if timed else ""


def _card(record: Strange) -> str:
    where = "a known anomaly" if record.known else f"of the {record.part} part"
    head = f"<h3>{escape(record.when or f'record {record.row + 1:,}')}</h3>"
    told = f"anomaly score {record.anomaly_score:.3g}, p = {record.p_value:.2g}, {where}"
    pictures = "".join(
        f'<figure><img src="data:image/png;base64,{png}" alt="{escape(what)}"><figcaption>{escape(what)}</figcaption></figure>'
        for png, what in zip(record.pictures, PICTURES, strict=False)
    )
    causes = "".join(
        _cause(each) for place, each in enumerate(record.causes) if not place or each.share >= LEAST
    )
    return (
        f'<article>{head}<p class="small">{escape(told)}</p><div class="pictures">{pictures}</div>'
        f'<ol class="causes">{causes}</ol></article>'
    )


def _cause(cause: Cause) -> str:
    told = f"{_value(cause.actual)}, {SIGNS[cause.direction]} the expected {_value(cause.expected)}"
    return f"<li><b>{escape(cause.feature)}</b>{bar(cause.share)}<span>{100 * cause.share:.0f} %</span><small>{escape(told)}</small></li>"


def _value(value: float | str | None) -> str:
    if value is None:
        return "nothing"
    return f"{value:.5g}" if isinstance(value, float) else value
