"""The features: how their values lie, and how many are missing."""

from __future__ import annotations

from html import escape

from models.features import NumericFeature
from training.report.facts import CategoryFacts, Histogram, NumberFacts
from training.report.markup import bar, percent, said
from training.report.shown import Shown

WIDTH, HEIGHT = 180, 44


def features(shown: Shown) -> str | None:
    """A card each; of images only their size."""
    columns = shown.manifest.columns
    for image in columns.images:
        kind = "grey" if image.channels == 1 else "coloured"
        return said(f"Pictures of {image.width} x {image.height} pixels, {kind}.")
    trained = {each.name: each for each in columns.numeric}
    cards = [
        _number(each, trained[each.name]) if isinstance(each, NumberFacts) else _category(each)
        for each in shown.facts.features
    ]
    more = len(columns.names) - len(cards)
    others = any(
        isinstance(each, NumberFacts) and each.histogram and "others" in each.histogram.counts
        for each in shown.facts.features
    )
    legend = "Filled: what was learned from. Line: everything else." if others else "What was learned from."
    return (
        said(legend, f"{more} more are not drawn." if more else "")
        + f'<div class="cards">{"".join(cards)}</div>'
    )


def _number(facts: NumberFacts, trained: NumericFeature) -> str:
    drawn = _sketch(facts.histogram, facts.name) if facts.histogram else "<p class=small>constant</p>"
    told = f"{trained.minimum:.4g} to {trained.maximum:.4g}, typically {trained.typical:.4g}{_missing(facts.missing)}{_near(facts.usual_error)}"
    return f"<article><h3>{escape(facts.name)}</h3>{drawn}<p class=small>{escape(told)}</p></article>"


def _category(facts: CategoryFacts) -> str:
    rows = "".join(
        f"<li><span>{escape(name)}</span>{bar(share)}<span>{percent(share)}</span></li>"
        for name, share in facts.shares
    )
    more = facts.categories - len(facts.shares)
    told = f"{facts.categories} categories{f', {more} rarer ones not shown' if more > 0 else ''}{_missing(facts.missing)}"
    return f'<article><h3>{escape(facts.name)}</h3><ol class="causes">{rows}</ol><p class=small>{escape(told)}</p></article>'


def _missing(share: float) -> str:
    return f"; {percent(share)} missing" if share else ""


def _near(usual_error: float | None) -> str:
    return f"; 95 of 100 within {usual_error:.3g} of what was expected" if usual_error is not None else ""


def _sketch(histogram: Histogram, name: str) -> str:
    """A histogram without axes: its ends stand below it."""
    parts = []
    for key, look in (("training", "filled"), ("others", "line")):
        counts = histogram.counts.get(key)
        if counts:
            parts.append(f'<path class="{look}" d="{_outline(counts)}"/>')
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" class="sketch"><title>Histogram of {escape(name)}</title>'
        f"{''.join(parts)}</svg>"
    )


def _outline(counts: tuple[int, ...]) -> str:
    step, most = WIDTH / len(counts), max(1, *counts)
    path = [f"M0 {HEIGHT}"]
    for place, count in enumerate(counts, start=1):
        path.append(f"V{HEIGHT - (HEIGHT - 2) * count / most:.1f}H{place * step:.1f}")
    return "".join([*path, f"V{HEIGHT}"])
